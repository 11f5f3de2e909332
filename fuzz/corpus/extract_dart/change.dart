class Account extends Base with Log {
  final int id;
  Account(this.id);
  Account.guest() : id = 0 { log('guest'); }
  String get name => '$id';
  set name(String v) { _name = v; }
  Future<void> save() async { await db.run("update a set n='${name}'"); }
}
void main() { list.forEach((x) { print(x); }); }
=======
class Account extends Base with Log {
  final int id;
  Account(this.id);
  Account.guest() : id = 0 { log('guest'); }
  String get name => '$id';
  set name(String v) { _name = escape(v); }
  Future<void> save() async { await db.run('update a set n=?', [name]); }
}
void main() { list.forEach((x) { print(x); }); }
