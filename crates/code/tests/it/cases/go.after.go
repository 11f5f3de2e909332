package p

import "os/exec"

// Run runs.
func Run(name string) (out string, err error) {
	cmd := func(a string) {
		exec.Command("x", a)
	}
	cmd(name)
	return "", nil
}

func (s *Server[K]) Handle() {
	s.mux.HandleFunc("/x", func(w W, r *R) {
		w.Write(nil)
	})
}

func (Plain) Handle() {
	serve(1)
}

func Map[T any](x T) T {
	return  x
}

var Hook = func(a int) int {
	return -a
}

var rootCmd = &cobra.Command{
	Use: "x",
	Run: func(cmd *cobra.Command, args []string) {
		start(args[1:])
	},
}

var _ = Describe("x", func() {
	check(1)
})
