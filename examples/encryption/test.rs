//! Runs the example as a user does, and its workflow with encryption in a test's own environment.

mod workflow;

use durable::codec::{Encryption, Key};
use durable::testing::TestEnv;

use self::workflow::{Letter, LetterWorkflow};

#[test]
fn it_rotates_a_key_and_hides_the_letter() {
    let text = crate::printed("encryption");
    for line in [
        "with the keys:    Dear Ada, we found: a cold. Dr. Grace",
        "rotation, phase 2: k2 encrypts, and k1 still decrypts",
    ] {
        assert!(text.contains(line), "no line {line:?} in\n{text}");
    }
    let hidden = text.lines().find(|line| line.starts_with("without the keys: "));
    let hidden = hidden.unwrap_or_else(|| panic!("no line without the keys in\n{text}"));
    assert!(hidden.contains("binary/encrypted") && !hidden.contains("Ada"), "{hidden}");
}

#[tokio::test]
async fn works_with_encryption_in_a_test() -> durable::Result<()> {
    let encryption = Encryption::builder().key("k1", Key::generate()).active("k1").build();
    let encryption = encryption.expect("the key is valid");
    let env = TestEnv::builder().codec(encryption).start().await?;
    let letter = Letter { patient: "Ada".to_owned(), diagnosis: "nothing".to_owned() };
    let handle = LetterWorkflow::start(env.client(), letter).await?;
    handle.sign("Dr. Grace".to_owned()).await?;
    assert_eq!(handle.result().await?, "Dear Ada, we found: nothing. Dr. Grace");
    env.finish().await.map(drop)
}
