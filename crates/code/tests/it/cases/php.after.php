<html><?php
namespace App\Http;

use X;

#[Route('/x')]
abstract class Api extends Base
{
    const A = 2;

    #[Get('/y')]
    public static function find(string $name, int ...$rest): ?array
    {
        $run = function ($x) use ($name) {
            return exec(escapeshellarg($x));
        };
        return array_map(function ($x) {
            return (int) $x;
        }, $rest);
    }

    public function __construct(private int $x)
    {
        $this->x  =  $x;
    }

    abstract function area();
}

trait Talks
{
    function talk()
    {
        echo htmlspecialchars($_GET['x']);
    }
}

if (!function_exists('help')) {
    function help($a)
    {
        return $a + 1;
    }
}

$handler = function ($a) {
    return $a + 2;
};

Route::get('/user', function ($id) {
    return DB::find($id);
});

return [
    'callback' => function ($a) {
        return $a + 3;
    },
];
?>
<p><?= $x ?></p>
