/**
 * The trees that the builder makes and the emitter writes. Plain data: a node may be shared, and is
 * then evaluated at each place where it stands.
 */

export type ValueType = 'i32' | 'i64';
export type ResultType = ValueType | 'void';

/** A function of the module being built, or an imported one. */
export interface FunctionRef {
  readonly index: number;
  readonly name: string;
  readonly params: readonly ValueType[];
  readonly result: ResultType;
  /** index of the signature in the module's type section */
  readonly type: number;
}

export interface Const {
  readonly kind: 'const';
  readonly type: ValueType;
  /** i32: signed. i64: signed, a number when it is a safe integer, else a bigint */
  readonly value: number | bigint;
}

/** A parameter or local; as an expression, its value. */
export interface Local {
  readonly kind: 'local';
  readonly type: ValueType;
  readonly index: number;
}

export interface Global {
  readonly kind: 'global';
  readonly type: ValueType;
  readonly index: number;
}

export interface Unary {
  readonly kind: 'unary';
  readonly type: ValueType;
  readonly code: number;
  readonly a: Expr;
}

export interface Binary {
  readonly kind: 'binary';
  readonly type: ValueType;
  readonly code: number;
  readonly a: Expr;
  readonly b: Expr;
}

export interface Load {
  readonly kind: 'load';
  readonly type: ValueType;
  readonly code: number;
  readonly sizeLog2: number;
  readonly address: Expr;
  readonly offset: number;
}

export interface Tee {
  readonly kind: 'tee';
  readonly type: ValueType;
  readonly local: Local;
  readonly value: Expr;
}

/** `condition ? a : b`, both sides evaluated. */
export interface Select {
  readonly kind: 'select';
  readonly type: ValueType;
  readonly a: Expr;
  readonly b: Expr;
  readonly condition: Expr;
}

/** `condition ? a : b`, one side evaluated. */
export interface Choose {
  readonly kind: 'choose';
  readonly type: ValueType;
  readonly condition: Expr;
  readonly a: Expr;
  readonly b: Expr;
}

/** Statements, then the value of an expression. */
export interface After {
  readonly kind: 'after';
  readonly type: ValueType;
  readonly body: Body;
  readonly value: Expr;
}

export interface Call {
  readonly kind: 'call';
  readonly type: ResultType;
  readonly target: FunctionRef;
  readonly args: readonly Expr[];
  /** leave this function by the call (`return_call`) */
  readonly tail: boolean;
}

export interface CallIndirect {
  readonly kind: 'callIndirect';
  readonly type: ResultType;
  readonly signature: number;
  readonly index: Expr;
  readonly args: readonly Expr[];
}

export type Expr =
  | Const
  | Local
  | Global
  | Unary
  | Binary
  | Load
  | Tee
  | Select
  | Choose
  | After
  | Call
  | CallIndirect;

/** Where a branch goes: the end of a block or the start of a loop. */
export interface Label {
  /** nesting depth while its block or loop is being emitted, otherwise −1 */
  depth: number;
}

/** An expression as a statement is evaluated and its value dropped; a list runs in order. */
export type Stmt =
  | Expr
  | Body
  | { readonly kind: 'set'; readonly local: Local; readonly value: Expr }
  | { readonly kind: 'globalSet'; readonly global: Global; readonly value: Expr }
  | {
      readonly kind: 'store';
      readonly code: number;
      readonly sizeLog2: number;
      readonly address: Expr;
      readonly value: Expr;
      readonly offset: number;
    }
  | { readonly kind: 'if'; readonly condition: Expr; readonly then: Body; readonly otherwise: Body }
  | { readonly kind: 'block'; readonly label: Label; readonly body: Body }
  | { readonly kind: 'loop'; readonly label: Label; readonly body: Body }
  | { readonly kind: 'br'; readonly label: Label }
  | { readonly kind: 'brIf'; readonly label: Label; readonly condition: Expr }
  | {
      readonly kind: 'brTable';
      readonly index: Expr;
      readonly labels: readonly Label[];
      readonly otherwise: Label;
    }
  | { readonly kind: 'return'; readonly value: Expr | undefined }
  | { readonly kind: 'unreachable' }
  | {
      readonly kind: 'fill';
      readonly destination: Expr;
      readonly value: Expr;
      readonly size: Expr;
    }
  | {
      readonly kind: 'copy';
      readonly destination: Expr;
      readonly source: Expr;
      readonly size: Expr;
    };

export type Body = readonly Stmt[];
