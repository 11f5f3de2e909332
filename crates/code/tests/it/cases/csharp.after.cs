using System;

namespace App.Web;

[ApiController]
public class Api<T> : Base where T : new()
{
    private const int A = 2;

    [HttpGet("x")]
    [Authorize("admin")]
    public async Task<int> Get<U>(string name, int b = 1)
    {
        int Local(int x)
        {
            return x + 1;
        }
        return Local(b);
    }

    public Api(int a) : base(a)
    {
        Start(1);
    }

    ~Api()
    {
        Stop(1);
    }

    public int Size
    {
        get { return size; }
        private set
        {
            size = Math.Abs(value);
        }
    }

    public int Twice => Size * 3;

    public int this[int i]
    {
        get
        {
            return items.At(i);
        }
    }

    public static Api operator +(Api a, Api b)
    {
        return a + b;
    }

    public static implicit operator int(Api a) => 2;

    public event EventHandler Changed
    {
        add
        {
            Handlers += value;
        }
        remove { }
    }

    void IRunner.Run()
    {
        Process.Start("cmd.exe");
    }
}

record Point(int X)
{
    int Sum()
    {
        return this.X;
    }
}
