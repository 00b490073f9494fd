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
        "`temporal workflow show` with a codec server: \"Dear Ada, we found: a cold. Dr. Grace\"",
    ] {
        assert!(text.contains(line), "no line {line:?} in\n{text}");
    }
    for start in ["without the keys: ", "`temporal workflow show` without a codec server: "] {
        let hidden = text.lines().find(|line| line.starts_with(start));
        let hidden = hidden.unwrap_or_else(|| panic!("no line {start:?} in\n{text}"));
        // Temporal's command shows the Base64 of the encoding.
        let is_encrypted =
            ["binary/encrypted", "YmluYXJ5L2VuY3J5cHRlZA=="].map(|text| hidden.contains(text));
        assert!(is_encrypted.contains(&true) && !hidden.contains("Ada"), "{hidden}");
    }
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
