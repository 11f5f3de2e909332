//! Branches of conditional compilation: which of them are read.

use super::lexer::{Token, TokenKind};

/// Deepest nesting of conditionals that is followed.
const MAX_CONDITIONALS: usize = 200;

/// Branches that are read where not all can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BranchChoice {
    /// All that have blocks and close each of them, if there are several. Among whole implementations for each system,
    /// one that says `#error` often closes a namespace which it never opened. Otherwise the first branch.
    Whole,
    First,
    Last,
}

/// A branch that has been read.
struct Branch {
    /// Positions of its tokens in the output.
    start: usize,
    end: usize,
    /// Opening minus closing braces and parentheses.
    balance: (i32, i32),
    never: bool,
    /// Whether it ends inside of a declaration or statement.
    unfinished: bool,
}

/// A conditional that is not closed yet.
struct Conditional {
    branches: Vec<Branch>,
    start: usize,
    balance: (i32, i32),
    never: bool,
}

/// Returns the tokens without conditionals, and without the branches that cannot be read beside others.
///
/// All branches are read if each of them closes the brackets that it opens. Otherwise, as in
/// `#ifdef A` .. `f(int a) {` .. `#else` .. `f(long a) {` .. `#endif`, one of them is.
pub(super) fn select(tokens: &[Token], choice: BranchChoice) -> Vec<Token> {
    let mut kept: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut open: Vec<Conditional> = Vec::new();
    // Nested conditionals beyond the limit.
    let mut ignored = 0_usize;
    let mut balance = (0, 0);
    for token in tokens {
        match token.kind {
            TokenKind::If { .. } if open.len() >= MAX_CONDITIONALS => ignored += 1,
            TokenKind::If { never } => {
                open.push(Conditional { branches: Vec::new(), start: kept.len(), balance, never });
            }
            TokenKind::EndIf if ignored > 0 => ignored -= 1,
            TokenKind::Else if ignored > 0 => {}
            TokenKind::Else => {
                if let Some(conditional) = open.last_mut() {
                    conditional.end_branch(&kept, balance);
                    (conditional.start, conditional.balance, conditional.never) =
                        (kept.len(), balance, false);
                }
            }
            TokenKind::EndIf => {
                if let Some(mut conditional) = open.pop() {
                    conditional.end_branch(&kept, balance);
                    balance = conditional.close(&mut kept, balance, choice);
                }
            }
            kind => {
                count(kind, &mut balance);
                kept.push(*token);
            }
        }
    }
    kept
}

fn count(kind: TokenKind, balance: &mut (i32, i32)) {
    match kind {
        TokenKind::Symbol(b'{') => balance.0 += 1,
        TokenKind::Symbol(b'}') => balance.0 -= 1,
        TokenKind::Symbol(b'(') => balance.1 += 1,
        TokenKind::Symbol(b')') => balance.1 -= 1,
        _ => {}
    }
}

impl Conditional {
    fn end_branch(&mut self, kept: &[Token], balance: (i32, i32)) {
        let last = kept[self.start..].last();
        self.branches.push(Branch {
            start: self.start,
            end: kept.len(),
            balance: (balance.0 - self.balance.0, balance.1 - self.balance.1),
            never: self.never,
            unfinished: last.is_some_and(|token| !token.is(b';') && !token.is(b'}')),
        });
    }

    /// Leaves out the branches that are not read; returns the balance of brackets after the conditional.
    fn close(self, kept: &mut Vec<Token>, balance: (i32, i32), choice: BranchChoice) -> (i32, i32) {
        let [first, .., _] = &self.branches[..] else {
            return self.close_single(kept, balance);
        };
        let start = first.start;
        let before = (balance.0 - self.sum(|b| b.0), balance.1 - self.sum(|b| b.1));
        let written = || self.branches.iter().filter(|branch| branch.start < branch.end);
        let closed = self.branches.iter().all(|branch| branch.balance == (0, 0));
        let fragments = written().count() > 1 && written().all(|branch| branch.unfinished);
        if closed && !fragments {
            return balance;
        }
        let is_whole = |branch: &Branch| {
            let has_block = kept[branch.start..branch.end].iter().any(|token| token.is(b'{'));
            has_block && branch.balance == (0, 0) && !branch.unfinished
        };
        if choice == BranchChoice::Whole && written().filter(|branch| is_whole(branch)).count() > 1 {
            let whole = written().filter(|branch| is_whole(branch));
            let read: Vec<Token> =
                whole.flat_map(|branch| &kept[branch.start..branch.end]).copied().collect();
            kept.truncate(start);
            kept.extend(read);
            return before;
        }
        let mut likely = written().filter(|branch| !branch.never);
        let branch = match choice {
            BranchChoice::Whole | BranchChoice::First => likely.next(),
            BranchChoice::Last => likely.next_back(),
        };
        let Some(branch) = branch.or_else(|| written().next()) else { return balance };
        kept.truncate(branch.end);
        kept.drain(start..branch.start);
        (before.0 + branch.balance.0, before.1 + branch.balance.1)
    }

    /// Closes a conditional without `#else`. Its branch often opens a bracket that another one closes.
    fn close_single(&self, kept: &mut Vec<Token>, balance: (i32, i32)) -> (i32, i32) {
        match &self.branches[..] {
            [branch] if branch.never && (branch.balance != (0, 0) || branch.unfinished) => {
                kept.truncate(branch.start);
                (balance.0 - branch.balance.0, balance.1 - branch.balance.1)
            }
            _ => balance,
        }
    }

    fn sum(&self, part: fn(&(i32, i32)) -> i32) -> i32 {
        self.branches.iter().map(|branch| part(&branch.balance)).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::{BranchChoice, select};
    use crate::c_outline::lexer::tokens;

    fn selected(text: &str) -> String {
        let kept = select(&tokens(text), BranchChoice::Whole);
        kept.iter().map(|token| token.text(text)).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn whole_branches_stay_and_odd_ones_are_left_out() {
        let text = "a\n#if A\nf() { x; }\n#elif B\ng() {\n#else\nh() { y; }\n#endif\nb";
        assert_eq!(selected(text), "a f ( ) { x ; } h ( ) { y ; } b");
    }

    #[test]
    fn many_odd_branches_are_left_out_at_once() {
        let text = format!("#if A\nf() {{}}\n#else\ng() {{}}\n{}#endif\nb", "#else\nx {\n".repeat(100_000));
        assert_eq!(selected(&text), "f ( ) { } g ( ) { } b");
    }
}
