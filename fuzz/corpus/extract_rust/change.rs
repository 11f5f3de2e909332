#![allow(x)]
pub mod a {
    impl<'a, T: Clone + 'a> Iterator for Items<'a, T> where T: Send {
        type Item = T;
        #[inline]
        fn next(&mut self) -> Option<T> { unsafe { Some(self.0.get_unchecked(self.1).clone()) } }
    }
    pub async fn load<const N: usize>(x: [u8; N]) -> r#type { let f = |y| y + 1; f(b'\'') }
}
macro_rules! m { ($($x:ident)*) => { $(fn $x() {})* } }
trait T { fn g(&self) -> u8 { r#"""#.len() as u8 } }
=======
#![allow(x)]
pub mod a {
    impl<'a, T: Clone + 'a> Iterator for Items<'a, T> where T: Send {
        type Item = T;
        #[inline]
        fn next(&mut self) -> Option<T> { self.0.get(self.1).cloned() }
    }
    pub async fn load<const N: usize>(x: [u8; N]) -> r#type { let f = |y| y + 2; f(b'\'') }
}
macro_rules! m { ($($x:ident)*) => { $(fn $x() {})* } }
trait T { fn g(&self) -> u8 { r#"""#.len() as u8 } }
