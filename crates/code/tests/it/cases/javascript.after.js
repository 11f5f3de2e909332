import x from 'y';

export default function () {
  return JSON.parse(x);
}

export const pick = async (a, b) => {
  return b;
};

const first = function named(a) {
  return a + 1;
}, second = b => {
  return b + 1;
};

exports.load = function (path) {
  return require(safe(path));
};

exports = module.exports = function make() {
  return Object.create(null);
};

Store.prototype.get = function* (key) {
  yield this.map[key];
};

class Store extends Base {
  static #secret(a) {
    return !a;
  }
  get size() {
    return this.n;
  }
  set size(n) {
    this.n = +n;
  }
  field = () => {
    return 11;
  };
}

const helpers = {
  plain(a) {
    return a ;
  },
  'quoted-name': function () {
    return 22;
  },
  deep: { inner: (x) => {
    return x.y;
  } },
};

app.get('/user', auth, function (req, res) {
  db.find(req.query.id, (err, row) => {
    res.json(row);
  });
});

router
  .route('/x')
  .post(async (req, res) => {
    res.json(req.body);
  });

(function ($) {
  function plugin() {
    return $.fn;
  }
  $(document).ready(function () {
    const ready = () => {
      return plugin(1);
    };
  });
})(jQuery);

const view = React.memo((props) => {
  return <p onClick={() => 1}>{props.b}</p>;
});

function outer(list) {
  const sum = list.map(x => {
    return x + 2;
  });
  function helper() {
    // Done.
    return sum;
  }
  return helper();
}
