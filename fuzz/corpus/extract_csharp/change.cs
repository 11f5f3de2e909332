namespace A;
public class User<T> where T : new() {
    private string name = @"c:\""x""";
    public string Name { get => name; set { name = value; } }
    public User(string n) : base(n) => name = n;
    [Http("/x")] public async Task<int> Load(int id) { var q = $"select {id}"; return await Run(q); }
    public static User<T> operator +(User<T> a, User<T> b) { return a; }
}
=======
namespace A;
public class User<T> where T : new() {
    private string name = @"c:\""x""";
    public string Name { get => name; set { name = Clean(value); } }
    public User(string n) : base(n) => name = n;
    [Http("/x")] public async Task<int> Load(int id) { return await Run("select ?", id); }
    public static User<T> operator +(User<T> a, User<T> b) { return a; }
}
