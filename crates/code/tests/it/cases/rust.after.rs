mod store {
    /// Gets it.
    #[inline(always)]
    #[must_use]
    pub(crate) fn get<T: Clone>(a: &T) -> T {
        a.clone()
    }
}

impl<T> Table<T> {
    pub fn new() -> Self {
        fn inner(x: u32) -> u32 {
            x + 1
        }
        let make = |x| {
            inner(x + 1)
        };
        make(1)
    }
}

impl From<u8> for Table<u8> {
    fn from(a: u8) -> Self {
        Self(a)
    }
}

impl From<u16> for Table<u8> {
    fn from(a: u16) -> Self {
        Self(u8::try_from(a).unwrap_or(0))
    }
}

trait Shape {
    fn area(&self) -> f64;
    fn name(&self) -> &str {
        "a shape"
    }
}

impl fmt::Display for net::Address<'_> {
    fn fmt(&self, f: &mut Formatter) -> Result {
        write!(f, "{}", self.1)
    }
}

extern "C" fn call() {
    unsafe {
        go()
    }
}
