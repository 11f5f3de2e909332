package p;

@Controller
public class Api<T> extends Base {
    private static final int A = 2;

    @Override
    @Deprecated
    public <U> void run(final String name, int... rest) throws IOException {
        Runnable task = () -> {
            exec(quote(name));
        };
        new Thread() {
            @Override
            public void run() {
                task.start();
            }
        };
    }

    public void run(int code) {
        exit(code & 255);
    }

    public void run(int code, CharSequence why) {
        exit(code, why);
    }

    Api(int a) {
        this.a=a;
    }

    interface Visitor {
        default void visit(Object o) {
            accept(this, o);
        }
        void leave();
    }

    enum Kind {
        ONE {
            int value() {
                return 10;
            }
        };
        int next() {
            return 2; // The second.
        }
    }

    record Point(int x) {
        Point {
            check(x, 0);
        }
    }
}
