//! The client in TypeScript, with a worker of this process.

use std::process::Stdio;

use durable::Registry;
use durable::contract::{Contract, Language};
use durable::worker::Workers;
use durable_tests::{Shared, node, skip, unique};

const SCRIPT: &str = r"
import { Client, Connection } from '@temporalio/client';
import { Delivery, Keywords, type Parcel } from './workflows';

async function main(): Promise<void> {
  const [address, id] = process.argv.slice(2) as [string, string];
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const parcel: Parcel = { id: '7', grams: 3 };
  const handle = await Delivery.start(client, parcel, { workflowId: id });
  const doors: string[] = await handle.doors();
  if (doors.length !== 0) throw new Error('no door yet');
  await handle.re_weigh(parcel).catch((error: Error) => console.log('refused', (error.cause as Error).message));
  await handle.leave_at('north', null);
  console.log('result', await handle.result());
  console.log('again', await Delivery.handle(client, id).result());
  const text: string = await Keywords.execute(client, 'x', { class: 'y', 'a b': 1 }, { workflowId: id + '-k' });
  console.log('keywords', text);
  await connection.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_in_typescript_starts_signals_queries_and_updates() {
    let test = "a_client_in_typescript_starts_signals_queries_and_updates";
    let packages = ["@temporalio/client@1.24.0", "typescript@5", "@types/node@20"];
    let packages = match node("contract", &packages).await {
        Ok(packages) => packages,
        Err(reason) => return skip(test, &reason),
    };
    let contract = Contract::of(&Registry::collect().expect("the annotations are valid"));
    let module = contract.client(Language::TypeScript);
    // Beside the packages, where they are found.
    let folder = tempfile::tempdir_in(packages).expect("a folder");
    std::fs::write(folder.path().join("workflows.ts"), module).expect("it is written");
    std::fs::write(folder.path().join("main.ts"), SCRIPT).expect("it is written");
    let mut tsc = tokio::process::Command::new("npx");
    tsc.args(["tsc", "--strict", "--noUnusedParameters", "--target", "es2022"]);
    tsc.args(["--module", "commonjs", "--skipLibCheck", "--types", "node", "main.ts"]);
    let compiled = tsc.current_dir(&folder).output().await.expect("tsc runs");
    assert!(compiled.status.success(), "{}", String::from_utf8_lossy(&compiled.stdout));

    let client = durable_tests::client().await;
    let workers = Workers::new(&client).queues(["contract-types"]).start().await;
    let workers = workers.expect("the workers start");
    let mut script = tokio::process::Command::new("node");
    script.args(["main.js", Shared::get().address(), &unique("typescript")]);
    let output = script.current_dir(&folder).stdin(Stdio::null()).kill_on_drop(true).output();
    let output = output.await.expect("the script runs");
    workers.shutdown().await.expect("the workers end");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{printed}{}", String::from_utf8_lossy(&output.stderr));
    assert!(printed.contains("refused") && printed.contains("too heavy"), "{printed}");
    assert!(printed.contains("result 3\nagain 3\nkeywords x y"), "{printed}");
}
