package p

import "os/exec"

// Run runs.
func Run(name string) (out string, err error) {
	cmd := func(a string) {
		exec.Command(a)
	}
	cmd(name)
	return "", nil
}

func (s *Server[K]) Handle() {
	s.mux.HandleFunc("/x", func(w W, r *R) {
		w.Write(r.Body)
	})
}

func (Plain) Handle() {
	serve()
}

func Map[T any](x T) T {
	return x
}

var Hook = func(a int) int {
	return a
}

var rootCmd = &cobra.Command{
	Use: "x",
	Run: func(cmd *cobra.Command, args []string) {
		start(args)
	},
}

var _ = Describe("x", func() {
	check()
})
