<p><?= $title ?></p>
<?php
namespace A\B;
abstract class User extends Base {
    use Log;
    public function __construct(private ?string $name = null) { parent::__construct(); }
    public static function find(int $id): ?self { return self::query("select * from u where id = {$id}"); }
}
$f = fn($x) => $x + 1;
function show(array &$a, ...$rest) { echo <<<EOT
$a[0]
EOT;
}
?>
<b>
=======
<p><?= htmlspecialchars($title) ?></p>
<?php
namespace A\B;
abstract class User extends Base {
    use Log;
    public function __construct(private ?string $name = null) { parent::__construct(); }
    public static function find(int $id): ?self { return self::query("select * from u where id = ?", $id); }
}
$f = fn($x) => $x + 1;
function show(array &$a, ...$rest) { echo <<<EOT
$a[1]
EOT;
}
?>
<b>
