interface A<T> { f(x: T): void }
abstract class Base<T extends object> implements A<T> {
  constructor(private readonly x: T, public y?: number) { super(); }
  @log() f<U>(x: T | U): asserts x is T { if (!x) throw new Error(); }
  abstract g(): void;
}
export function over(a: string): void;
export function over(a: any) { eval(a as string); }
const h = <T,>(x: T): T => x;
=======
interface A<T> { f(x: T): void }
abstract class Base<T extends object> implements A<T> {
  constructor(private readonly x: T, public y?: number) { super(); }
  @log() f<U>(x: T | U): asserts x is T { if (!x) throw new Error(); }
  abstract g(): void;
}
export function over(a: string): void;
export function over(a: any) { run(String(a)); }
const h = <T,>(x: T): T => x;
