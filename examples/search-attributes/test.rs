//! Runs the example as a user does, on a server of its own.

#[test]
fn tickets_are_found_by_what_they_say_of_themselves() {
    let text = crate::printed("search-attributes");
    let expected = "\
4 in the first line
  ticket-1: no invoice
  ticket-2: the shop is down
  ticket-3: it's slow
  ticket-4: a typo
2 severe
  ticket-2: the shop is down
  ticket-3: it's slow
2 with the engineers
  ticket-2: the shop is down
  ticket-3: it's slow
0 still with the engineers
2 are open
some are answered: true
";
    assert!(text.contains(expected), "{text}");
}
