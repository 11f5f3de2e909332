import x from 'y';

export default function () {
  return eval(x);
}

export const pick = async (a, b) => {
  return a;
};

const first = function named(a) {
  return a;
}, second = b => {
  return b;
};

exports.load = function (path) {
  return require(path);
};

exports = module.exports = function make() {
  return {};
};

Store.prototype.get = function* (key) {
  yield this[key];
};

class Store extends Base {
  static #secret(a) {
    return a;
  }
  get size() {
    return this.n;
  }
  set size(n) {
    this.n = n;
  }
  field = () => {
    return 1;
  };
}

const helpers = {
  plain(a) {
    return a;
  },
  'quoted-name': function () {
    return 2;
  },
  deep: { inner: (x) => {
    return x;
  } },
};

app.get('/user', auth, function (req, res) {
  db.find(req.query.id, (err, row) => {
    res.send(row);
  });
});

router
  .route('/x')
  .post(async (req, res) => {
    res.send(req.body);
  });

(function ($) {
  function plugin() {
    return $;
  }
  $(document).ready(function () {
    const ready = () => {
      return plugin();
    };
  });
})(jQuery);

const view = React.memo((props) => {
  return <p onClick={() => 1}>{props.a}</p>;
});

function outer(list) {
  const sum = list.map(x => {
    return x + 1;
  });
  function helper() {
    return sum;
  }
  return helper();
}
