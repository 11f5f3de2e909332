using System;

namespace App.Web;

[ApiController]
public class Api<T> : Base where T : new()
{
    private const int A = 1;

    [HttpGet("x")]
    [Authorize]
    public async Task<int> Get<U>(string name, int b = 1)
    {
        int Local(int x)
        {
            return x;
        }
        return Local(b);
    }

    public Api(int a) : base(a)
    {
        Start();
    }

    ~Api()
    {
        Stop();
    }

    public int Size
    {
        get { return size; }
        private set
        {
            size = value;
        }
    }

    public int Twice => Size * 2;

    public int this[int i]
    {
        get
        {
            return items[i];
        }
    }

    public static Api operator +(Api a, Api b)
    {
        return a;
    }

    public static implicit operator int(Api a) => 1;

    public event EventHandler Changed
    {
        add
        {
            handlers += value;
        }
        remove { }
    }

    void IRunner.Run()
    {
        Process.Start("cmd");
    }
}

record Point(int X)
{
    int Sum()
    {
        return X;
    }
}
