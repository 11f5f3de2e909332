package a;
public class Parser<T> implements Reader {
  static { init(); }
  @Override public <U> List<U> read(String text) throws IOException {
    Runnable r = () -> { run(text); };
    return new ArrayList<U>() { public U get(int i) { return null; } };
  }
  record Point(int x, int y) { Point { if (x < 0) throw new Error("""
    "x\"""); } }
}
=======
package a;
public class Parser<T> implements Reader {
  static { init(); }
  @Override public <U> List<U> read(String text) throws IOException {
    Runnable r = () -> { run(check(text)); };
    return new ArrayList<U>() { public U get(int i) { return null; } };
  }
  record Point(int x, int y) { Point { if (x < 0 || y < 0) throw new Error("""
    "x\"""); } }
}
