package a
class Repo<T : Any>(private val db: Db) : Base() {
  init { open() }
  val name: String get() = "x${db.name}"
  suspend fun <R> find(id: String): R? = db.query("select $id") { row -> row.map() }
  operator fun plus(o: Repo<T>): Repo<T> { return this }
  companion object { fun of() = Repo<Int>(Db()) }
}
fun String.clean() = """raw "$this" """
=======
package a
class Repo<T : Any>(private val db: Db) : Base() {
  init { open() }
  val name: String get() = "x${db.name}"
  suspend fun <R> find(id: String): R? = db.query("select ?", id) { row -> row.map() }
  operator fun plus(o: Repo<T>): Repo<T> { return o }
  companion object { fun of() = Repo<Int>(Db()) }
}
fun String.clean() = """raw "$this" """
