<html><?php
namespace App\Http;

use X;

#[Route('/x')]
abstract class Api extends Base
{
    const A = 1;

    #[Get('/y')]
    public static function find(string $name, int ...$rest): ?array
    {
        $run = function ($x) use ($name) {
            return exec($x);
        };
        return array_map(function ($x) {
            return $x;
        }, $rest);
    }

    public function __construct(private int $x)
    {
        $this->x = $x;
    }

    abstract function area();
}

trait Talks
{
    function talk()
    {
        echo $_GET['x'];
    }
}

if (!function_exists('help')) {
    function help($a)
    {
        return $a;
    }
}

$handler = function ($a) {
    return $a;
};

Route::get('/user', function ($id) {
    return DB::select("select $id");
});

return [
    'callback' => function ($a) {
        return $a;
    },
];
?>
<p><?= $x ?></p>
