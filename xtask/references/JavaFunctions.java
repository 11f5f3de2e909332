// Lists the functions of Java files with the parser of javac.

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.Diagnostic;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

class JavaFunctions {
    static final String ANNOTATIONS = "^(@[\\w.]+(\\([^)]*\\))?\\s+)*";

    public static void main(String[] arguments) throws Exception {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String path = input.readLine(); path != null; path = input.readLine()) {
            System.out.println(functions(Path.of(path)));
        }
    }

    static String functions(Path path) throws Exception {
        String text = Files.readString(path);
        JavaFileObject file = new SimpleJavaFileObject(URI.create("string:///A.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreErrors) {
                return text;
            }
        };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> problems = new DiagnosticCollector<>();
        List<String> options = List.of("--enable-preview", "--release", "17", "-proc:none");
        JavacTask task = (JavacTask) compiler.getTask(null, null, problems, options, null, List.of(file));
        CompilationUnitTree unit = task.parse().iterator().next();
        if (problems.getDiagnostics().stream().anyMatch(one -> one.getKind() == Diagnostic.Kind.ERROR)) {
            return "null";
        }
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        LineMap lines = unit.getLineMap();
        List<String> found = new ArrayList<>();
        new TreeScanner<Void, Void>() {
            final Deque<String> scope = new ArrayDeque<>();

            @Override
            public Void visitClass(ClassTree node, Void none) {
                String name = node.getSimpleName().toString();
                if (name.isEmpty()) {
                    return super.visitClass(node, none);
                }
                scope.addLast(name);
                super.visitClass(node, none);
                scope.removeLast();
                return null;
            }

            // The constants of an enumeration may have bodies.
            @Override
            public Void visitVariable(VariableTree node, Void none) {
                String name = node.getName().toString();
                String head = text.substring((int) positions.getStartPosition(unit, node)).replaceFirst(ANNOTATIONS, "");
                boolean isConstant = node.getInitializer() instanceof NewClassTree && head.startsWith(name);
                if (!isConstant) {
                    return super.visitVariable(node, none);
                }
                scope.addLast(name);
                super.visitVariable(node, none);
                scope.removeLast();
                return null;
            }

            @Override
            public Void visitMethod(MethodTree node, Void none) {
                String name = node.getName().toString();
                if (name.equals("<init>")) {
                    name = scope.getLast();
                }
                if (node.getBody() == null) {
                    return null;
                }
                scope.addLast(name);
                long first = lines.getLineNumber(positions.getStartPosition(unit, node));
                long last = lines.getLineNumber(positions.getEndPosition(unit, node) - 1);
                String whole = scope.stream().collect(Collectors.joining("."));
                found.add("{\"name\":\"" + whole + "\",\"lines\":[[" + first + "," + last + "]]}");
                super.visitMethod(node, none);
                scope.removeLast();
                return null;
            }
        }.scan(unit, null);
        return "[" + String.join(",", found) + "]";
    }
}
