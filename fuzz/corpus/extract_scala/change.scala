package a
case class User[T <: Base](id: Int, name: String = "x") extends Base with Log {
  def this() = this(0)
  lazy val q: String = s"select $id ${name.trim}"
  override def find[U](x: => U)(implicit c: Ctx): Option[U] = x match { case Some(y) if y > 0 => y; case _ => None }
  def +(o: User[T]): User[T] = { val f = (x: Int) => x + 1; o }
}
object Main { def main(args: Array[String]): Unit = println("""raw "x" """) }
def three(x: Int): Int =
  x + 3
=======
package a
case class User[T <: Base](id: Int, name: String = "x") extends Base with Log {
  def this() = this(0)
  lazy val q: String = "select ?"
  override def find[U](x: => U)(implicit c: Ctx): Option[U] = x match { case Some(y) if y > 0 => y; case _ => None }
  def +(o: User[T]): User[T] = { val f = (x: Int) => x + 1; o }
}
object Main { def main(args: Array[String]): Unit = println("""raw "x" """) }
def three(x: Int): Int =
  x + 4
