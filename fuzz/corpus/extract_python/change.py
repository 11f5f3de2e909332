import os

class View(Base, metaclass=M):
    @property
    def name(self) -> str:
        return f"{self.x!r:>{width}}"

    @app.route("/x", methods=["GET"])
    async def get(self, *args, q: str = "", **kw):
        def inner(a, /, b, *, c): return a
        return os.system("ls " + q)

double = lambda x: x * 2
if x: 
	def tabbed(): pass
=======
import os

class View(Base, metaclass=M):
    @property
    def name(self) -> str:
        return f"{self.x!r:>{width}}"

    @app.route("/x", methods=["GET"])
    async def get(self, *args, q: str = "", **kw):
        def inner(a, /, b, *, c): return b
        return subprocess.run(["ls", q])

double = lambda x: x * 3
if x: 
	def tabbed(): pass
