"""Module."""
import os


@app.route("/run")
@admin_required
async def run(name, *, shell: bool = True) -> str:
    """Runs it."""
    # The shell is needed.
    def inner(x):
        return x + 2

    class Local:
        def method(self):
            return name.lower()
    return os.system(name)


class Store(Base):
    limit: int = 2

    @property
    def size(self):
        return self._size

    @size.setter
    def size(self, value):
        self._size = int(value)

    class Index:
        def find(self, key): return self.keys.get(key)

    def documented(self):
        """New words."""
        return 1

    def layout(self, a, b):
        return max(
            a, b)

    def indent(self, a):
        if a:
            a += 1
        b = 2
        return a

    def fresh(self):
        return [1, 2, 3]


double = lambda x: x * 3
if os.name == "nt":
    def platform():
        return "nt"
