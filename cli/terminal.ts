import type { Terminal } from './context.ts';

/** The terminal of a Node process. */
export function processTerminal({ stdin, stdout }: NodeJS.Process): Terminal {
  const interactive = stdin.isTTY === true && stdout.isTTY === true;
  return {
    interactive,
    listen(onBytes, onEnd) {
      if (interactive) stdin.setRawMode(true);
      const data = (bytes: Uint8Array) => onBytes(bytes);
      stdin.on('data', data);
      stdin.once('end', onEnd);
      stdin.resume();
      return () => {
        stdin.off('data', data);
        stdin.off('end', onEnd);
        stdin.pause();
        if (interactive) stdin.setRawMode(false);
      };
    },
    onInterrupt(callback) {
      process.once('SIGINT', callback);
      process.once('SIGTERM', callback);
      process.once('SIGHUP', callback);
      return () => {
        process.off('SIGINT', callback);
        process.off('SIGTERM', callback);
        process.off('SIGHUP', callback);
      };
    },
  };
}
