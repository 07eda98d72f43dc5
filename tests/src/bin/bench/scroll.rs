//! A preview of a million rows, scrolled in Chromium by wheel and by jumps, and traced: how long the page's main thread was
//! busy at once, and how many frames were late.

use s3_connector_tests::browser::Browser;
use s3_connector_tests::showroom::Showroom;
use serde_json::json;

const ROWS: u64 = 1_000_000;
/// The longest that the main thread may be busy at once, in ms.
const BUSY: f64 = 50.0;
/// The least share of frames that come in time for 60 a second.
const ON_TIME: f64 = 0.95;

/// Scrolls, prints, and says whether it stutters. The page is the same whatever the engine was built for, but an engine
/// without optimisation keeps it waiting.
pub fn stutters() -> bool {
    let Some(browser) = Browser::find() else {
        println!("\nChromium is not installed: nothing is scrolled");
        return false;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let result = runtime.block_on(async {
        let mut room = Showroom::vast(ROWS).await;
        browser.run("vast.mjs", json!({"url": room.url(), "rows": ROWS, "traced": true})).await
    });
    let figure = |name: &str| result[name].as_f64().unwrap();
    println!("\n{:<60} {:>10} {:>10}", "a preview of 1,000,000 rows, scrolled in Chromium", "", "bar");
    println!("{:<60} {:>10.1} {BUSY:>10}", "ms of the main thread at once, at most", figure("longest"));
    println!("{:<60} {:>10.0} {:>10}", "tasks over 50 ms", figure("over"), 0);
    println!(
        "{:<60} {:>10.1} {:>10}",
        "% of frames in time for 60 a second",
        figure("onTime") * 100.0,
        ON_TIME * 100.0
    );
    println!("{:<60} {:>10.0}", "frames", figure("frames"));
    println!("{:<60} {:>10.0}", "requests for rows", figure("calls"));
    let late = figure("over") > 0.0 || figure("onTime") < ON_TIME;
    late && !cfg!(debug_assertions)
}
