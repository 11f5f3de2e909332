import Foundation
public final class Store<T: Codable>: Base, Log where T: Equatable {
  private var items: [T] = [] { didSet { save() } }
  init?(path: String) { guard let d = read(path) else { return nil } }
  deinit { close() }
  subscript(i: Int) -> T { get { items[i] } set { items[i] = newValue } }
  @discardableResult func add(_ x: T, at i: Int = 0) async throws -> Bool { items.insert(x, at: i); return "\(x)" == #"a"b"# }
  static func == (a: Store, b: Store) -> Bool { a === b }
}
extension Int { var twice: Int { self * 2 } }
=======
import Foundation
public final class Store<T: Codable>: Base, Log where T: Equatable {
  private var items: [T] = [] { didSet { save() } }
  init?(path: String) { guard let d = read(path) else { return nil } }
  deinit { close() }
  subscript(i: Int) -> T { get { items[i] } set { items[i] = newValue } }
  @discardableResult func add(_ x: T, at i: Int = 0) async throws -> Bool { items.insert(x, at: min(i, items.count)); return "\(x)" == #"a"b"# }
  static func == (a: Store, b: Store) -> Bool { a === b }
}
extension Int { var twice: Int { self * 3 } }
