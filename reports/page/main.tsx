import { render } from 'preact';
import type { CheckResult } from '../../spec/result.ts';
import { Page } from './page.tsx';
import './style.css';

const data = document.getElementById('result')?.textContent ?? 'null';
const result = JSON.parse(data) as CheckResult | null;
const app = document.getElementById('app');
if (app !== null) {
  render(
    result === null ? <main>This page holds no result yet.</main> : <Page result={result} />,
    app,
  );
}
