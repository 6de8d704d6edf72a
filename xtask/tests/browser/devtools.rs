//! A real browser, asked by the DevTools protocol: JSON with a NUL after each message, over two pipes.

use serde_json::{Value, json};
use std::collections::VecDeque;
use std::env;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tempfile::TempDir;

/// A browser, which ends with the last test that uses it.
pub struct Browser {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    last: u64,
    events: VecDeque<Value>,
    _home: TempDir,
}

/// The one of all tests that run now; or `None` after the test was skipped, because there is none here.
pub fn browser() -> Option<Arc<Mutex<Browser>>> {
    static SHARED: Mutex<Weak<Mutex<Browser>>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(browser) = shared.upgrade() {
        return Some(browser);
    }
    let Some(program) = xtask::ci::find_browser() else {
        let why = "no Chromium is installed; `cargo xtask ci --browser` says how to get one";
        let required = env::var_os("NETLINGS_REQUIRE_BROWSER").is_some_and(|value| value == "1");
        assert!(!required, "{why}");
        // Not by a macro, whose words a passing test keeps to itself.
        std::io::stderr().write_all(format!("\nSKIPPED: {why}\n").as_bytes()).unwrap();
        return None;
    };
    let browser = Arc::new(Mutex::new(Browser::start(&program)));
    *shared = Arc::downgrade(&browser);
    Some(browser)
}

/// The browser for one test, also if another one has failed while it had it.
pub fn lock(browser: &Mutex<Browser>) -> MutexGuard<'_, Browser> {
    browser.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Browser {
    fn start(program: &Path) -> Self {
        let home = tempfile::tempdir().unwrap();
        // The protocol's pipes are descriptors 3 and 4. The pages are our own, and containers forbid the browser's sandbox.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(program)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--remote-debugging-pipe",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args(["--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--hide-scrollbars", "--force-color-profile=srgb", "--lang=en"])
            .arg(format!("--user-data-dir={}", home.path().display()))
            .arg("about:blank")
            .env("HOME", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, to, from, last: 0, events: VecDeque::new(), _home: home }
    }

    fn ask(&mut self, session: Option<&str>, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = session {
            message["sessionId"] = json!(session);
        }
        self.to.as_mut().unwrap().write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let mut answer = self.next();
            if answer["id"] == json!(self.last) {
                assert!(answer.get("error").is_none(), "{method}: {}", answer["error"]);
                return answer["result"].take();
            }
            self.events.push_back(answer);
        }
    }

    fn next(&mut self) -> Value {
        let mut message = Vec::new();
        self.from.read_until(0, &mut message).unwrap();
        assert_eq!(message.pop(), Some(0), "the browser has ended");
        serde_json::from_slice(&message).unwrap()
    }

    /// A new page of that size.
    pub fn page(&mut self, width: u32, height: u32) -> Page<'_> {
        let target = self.ask(None, "Target.createTarget", json!({ "url": "about:blank" }))["targetId"].take();
        let answer = self.ask(None, "Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        let session = answer["sessionId"].as_str().unwrap().to_owned();
        self.events.clear();
        let mut page = Page { browser: self, session, target };
        for domain in ["Page", "Runtime", "Network", "Log", "Accessibility"] {
            page.ask(&format!("{domain}.enable"), json!({}));
        }
        page.ask("Page.setLifecycleEventsEnabled", json!({ "enabled": true }));
        page.ask("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        page.size(width, height);
        page
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser whose pipe hangs up ends by itself, in order.
        drop(self.to.take());
        let _ = self.from.read_to_end(&mut Vec::new());
        let _ = self.child.wait();
    }
}

/// One page of it.
pub struct Page<'a> {
    browser: &'a mut Browser,
    session: String,
    target: Value,
}

impl Page<'_> {
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        let session = self.session.clone();
        self.browser.ask(Some(&session), method, params)
    }

    pub fn size(&mut self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500 });
        self.ask("Emulation.setDeviceMetricsOverride", size);
    }

    /// What the reader prefers: `prefers-color-scheme`, `dark`.
    pub fn prefer(&mut self, name: &str, value: &str) {
        self.ask("Emulation.setEmulatedMedia", json!({ "features": [{ "name": name, "value": value }] }));
    }

    /// Opens a file, with a fragment, and waits until it is loaded.
    pub fn open(&mut self, file: &Path, fragment: &str) {
        let url = format!("file://{}{fragment}", file.display());
        let loader = self.ask("Page.navigate", json!({ "url": url }))["loaderId"].take();
        let is_it = |event: &Value| event["params"]["loaderId"] == loader && event["params"]["name"] == json!("load");
        while !self.browser.events.iter().any(is_it) {
            let event = self.browser.next();
            self.browser.events.push_back(event);
        }
    }

    /// The parameters of the events of a kind that came until now.
    pub fn events(&mut self, method: &str) -> Vec<Value> {
        // What happened before this answer has been told before it.
        self.eval("0");
        let events = self.browser.events.iter().filter(|event| event["method"] == json!(method));
        events.map(|event| event["params"].clone()).collect()
    }

    /// The value of an expression, also of one that is promised.
    pub fn eval(&mut self, expression: &str) -> Value {
        let params = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.ask("Runtime.evaluate", params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// The same, as text.
    pub fn text(&mut self, expression: &str) -> String {
        let value = self.eval(&format!("String({expression})"));
        value.as_str().unwrap().to_owned()
    }

    /// Waits until there is an element. A page that has been drawn so often without it will not have it: turns are counted, not
    /// time, so a loaded machine has as many.
    pub fn wait(&mut self, selector: &str) {
        let found = self.eval(&format!(
            "new Promise((done) => {{
               const look = (left) => document.querySelector({selector:?}) ? done(true)
                 : left ? requestAnimationFrame(() => look(left - 1)) : done(false);
               look(1500);
             }})"
        ));
        assert_eq!(found, json!(true), "{selector} never comes");
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        self.press_with(key, 0);
    }

    /// The same with modifiers: 2 Ctrl, 8 Shift.
    pub fn press_with(&mut self, key: &str, modifiers: u32) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            "Tab" => (9, ""),
            "ArrowLeft" => (37, ""),
            "ArrowUp" => (38, ""),
            "ArrowRight" => (39, ""),
            "ArrowDown" => (40, ""),
            "End" => (35, ""),
            "Home" => (36, ""),
            other => panic!("{other}"),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({ "type": kind, "key": key, "code": key, "modifiers": modifiers });
            event["windowsVirtualKeyCode"] = json!(code);
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = json!(text);
            }
            self.ask("Input.dispatchKeyEvent", event);
        }
    }

    /// Types a text where the focus is.
    pub fn enter(&mut self, text: &str) {
        self.ask("Input.insertText", json!({ "text": text }));
    }

    /// Takes a picture into the folder NETLINGS_PICTURES, if that is wanted.
    pub fn picture(&mut self, name: &str) {
        let Some(dir) = env::var_os("NETLINGS_PICTURES") else { return };
        let data = self.ask("Page.captureScreenshot", json!({ "format": "png" }))["data"].take();
        // The browser's own decoder, by a page, is less than a crate for it.
        let bytes = self.eval(&format!("Array.from(atob({data}), (c) => c.charCodeAt(0))"));
        let bytes: Vec<u8> = serde_json::from_value(bytes).unwrap();
        std::fs::write(Path::new(&dir).join(name).with_extension("png"), bytes).unwrap();
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let target = self.target.clone();
            self.browser.ask(None, "Target.closeTarget", json!({ "targetId": target }));
        }
    }
}
