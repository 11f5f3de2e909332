import a from 'b';
export const load = async (id) => { const r = await fetch(`/x/${id}`); return r.json(); };
class Store { #items = []; static of(x) { return new Store(x); } get size() { return this.#items.length; } *walk() { yield* this.#items; } }
app.get('/x', function (req, res) { res.send('<p>' + req.query.q + '</p>'); });
const o = { f() { return /[/]"/g; }, ['g' + 1]: () => 1 };
=======
import a from 'b';
export const load = async (id) => { const r = await fetch(`/x/${id}`); return r.json(); };
class Store { #items = []; static of(x) { return new Store(x); } get size() { return this.#items.length; } *walk() { yield* this.#items; } }
app.get('/x', function (req, res) { res.send('<p>' + escape(req.query.q) + '</p>'); });
const o = { f() { return /[/]"/g; }, ['g' + 1]: () => 2 };
