package p;

@Controller
public class Api<T> extends Base {
    private static final int A = 1;

    @Override
    @Deprecated
    public <U> void run(final String name, int... rest) throws IOException {
        Runnable task = () -> {
            exec(name);
        };
        new Thread() {
            @Override
            public void run() {
                task.run();
            }
        };
    }

    public void run(int code) {
        exit(code);
    }

    public void run(int code, String why) {
        exit(code, why);
    }

    Api(int a) {
        this.a = a;
    }

    interface Visitor {
        default void visit(Object o) {
            accept(o);
        }
        void leave();
    }

    enum Kind {
        ONE {
            int value() {
                return 1;
            }
        };
        int next() {
            return 2;
        }
    }

    record Point(int x) {
        Point {
            check(x);
        }
    }
}
