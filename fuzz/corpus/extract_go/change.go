package a

type Server struct{ mux sync.Mutex }

func (s *Server) Handle(w http.ResponseWriter, r *http.Request) {
	path := r.URL.Path
	f := func(p string) error { return os.Remove(p) }
	f(path)
}

func Map[T any, U comparable](in []T, f func(T) U) (out []U) { return }
=======
package a

type Server struct{ mux sync.Mutex }

func (s *Server) Handle(w http.ResponseWriter, r *http.Request) {
	path := filepath.Clean(r.URL.Path)
	f := func(p string) error { return os.Remove(p) }
	f(path)
}

func Map[T any, U comparable](in []T, f func(T) U) (out []U) { return }
