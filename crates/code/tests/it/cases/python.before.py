"""Module."""
import os


@app.route("/run")
@login_required
async def run(name, *, shell: bool = True) -> str:
    """Runs it."""
    # The shell is needed.
    def inner(x):
        return x + 1

    class Local:
        def method(self):
            return name
    return os.system(name)


class Store(Base):
    limit: int = 1

    @property
    def size(self):
        return self._size

    @size.setter
    def size(self, value):
        self._size = value

    class Index:
        def find(self, key): return self.keys[key]

    def documented(self):
        """Old words."""
        return 1

    def layout(self, a, b):
        return max(a, b)

    def indent(self, a):
        if a:
            a += 1
            b = 2
        return a

    def gone(self):
        for item in self.items:
            yield item.strip().lower()


double = lambda x: x * 2
if os.name == "nt":
    def platform():
        return "windows"
