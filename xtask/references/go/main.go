// Command go-functions lists the functions of Go files with the package go/parser.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
)

type function struct {
	Name  *string  `json:"name"`
	Lines [][2]int `json:"lines"`
}

func receiver(expression ast.Expr) string {
	switch expression := expression.(type) {
	case *ast.StarExpr:
		return receiver(expression.X)
	case *ast.ParenExpr:
		return receiver(expression.X)
	case *ast.IndexExpr:
		return receiver(expression.X)
	case *ast.IndexListExpr:
		return receiver(expression.X)
	case *ast.Ident:
		return expression.Name
	}
	return ""
}

func functions(path string) []function {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil
	}
	found := []function{}
	line := func(at token.Pos) int { return files.PositionFor(at, false).Line }
	lines := func(node ast.Node) [2]int { return [2]int{line(node.Pos()), line(node.End() - 1)} }
	var stack []ast.Node
	ast.Inspect(file, func(node ast.Node) bool {
		if node == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		switch node := node.(type) {
		case *ast.FuncDecl:
			if node.Body != nil {
				name := node.Name.Name
				if node.Recv != nil && len(node.Recv.List) > 0 {
					name = receiver(node.Recv.List[0].Type) + "." + name
				}
				// The position of the comment is that of the declaration with it.
				found = append(found, function{&name, [][2]int{{line(node.Type.Pos()), line(node.End() - 1)}}})
			}
		case *ast.FuncLit:
			spans := [][2]int{lines(node)}
			for at := len(stack) - 1; at >= 0; at-- {
				switch stack[at].(type) {
				case *ast.FuncDecl, *ast.File, *ast.BlockStmt:
					at = 0
				case *ast.GenDecl:
					spans = append(spans, [2]int{line(stack[at].(*ast.GenDecl).TokPos), line(stack[at].End() - 1)})
				default:
					spans = append(spans, lines(stack[at]))
				}
			}
			found = append(found, function{nil, spans})
		}
		stack = append(stack, node)
		return true
	})
	return found
}

func main() {
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		answer, err := json.Marshal(functions(input.Text()))
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(string(answer))
	}
}
