//! The dashboard on a real terminal: keys, signals, and the terminal afterwards. The terminal is tmux.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

/// Longest time to wait while nothing changes on the screen: the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// Longest time to wait for something while the screen changes.
const WHOLE_PATIENCE: Duration = Duration::from_secs(900);

/// A shell in a terminal of some size.
struct Pane {
    socket: PathBuf,
    folder: tempfile::TempDir,
}

impl Pane {
    /// Opens a terminal. Returns none, with a message, where there is no tmux.
    fn open(columns: u16, rows: u16, locale: &str, variables: &str) -> Option<Self> {
        if Command::new("tmux").arg("-V").output().is_err() {
            // Not eprintln: the test harness hides the output of tests that pass.
            let _ = writeln!(std::io::stderr(), "SKIPPED: there is no tmux: no dashboard on a terminal");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        // Shards of half a second, 30 unless a test wants more: long enough for the keys that are pressed.
        let script = r#"
read hello; echo '{"ready":{"protocol":1}}'
while read line; do
    case "$line" in
        *'"plan"'*) for shard in $(seq "${SHARDS:-30}"); do echo '{"shard":1}'; done
            echo '{"planned":{}}' ;;
        *) shard=${line#*'"shard":'}; shard=${shard%%,*}
            echo '{"doing":{"text":"waits \u001b[2J for rain"}}'
            sleep 0.5; echo '{"record":1}'; echo "{\"done\":{\"shard\":$shard}}" ;;
    esac
done
"#;
        std::fs::write(folder.path().join("slow.sh"), script).unwrap();
        let config = "[[job]]\nname = \"slow\"\ncommand = [\"sh\", \"slow.sh\"]\n";
        std::fs::write(folder.path().join("streamguard.toml"), config).unwrap();
        let pane = Self { socket: folder.path().join("tmux"), folder };
        let shell =
            format!("env -u LC_CTYPE -u LANG LC_ALL={locale} {variables} PS1='$ ' bash --norc --noprofile");
        let (columns, rows) = (columns.to_string(), rows.to_string());
        let place = pane.folder.path().to_str().unwrap().to_owned();
        let started = pane.tmux(&[
            "-u",
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-c",
            &place,
            "-x",
            &columns,
            "-y",
            &rows,
            &shell,
        ]);
        assert!(started.status.success(), "{started:?}");
        pane.wait(|screen| screen.contains('$'));
        pane.typed("stty -a > before; clear");
        pane.wait(|_| pane.path("before").metadata().is_ok_and(|file| file.len() > 0));
        Some(pane)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tmux(&self, arguments: &[&str]) -> Output {
        Command::new("tmux").arg("-S").arg(&self.socket).args(arguments).output().unwrap()
    }

    fn key(&self, key: &str) {
        assert!(self.tmux(&["send-keys", key]).status.success());
    }

    fn typed(&self, line: &str) {
        assert!(self.tmux(&["send-keys", "-l", line]).status.success());
        self.key("Enter");
    }

    fn screen(&self) -> String {
        String::from_utf8_lossy(&self.tmux(&["capture-pane", "-p"]).stdout).into_owned()
    }

    /// Waits for a screen.
    fn wait(&self, is_there: impl Fn(&str) -> bool) -> String {
        let began = Instant::now();
        let (mut last, mut changed) = (String::new(), began);
        loop {
            let screen = self.screen();
            if is_there(&screen) {
                return screen;
            }
            if screen != last {
                (last, changed) = (screen.clone(), Instant::now());
            }
            let is_over = changed.elapsed() > PATIENCE || began.elapsed() > WHOLE_PATIENCE;
            assert!(!is_over, "this is on the screen:\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Starts a run with a dashboard; its exit code goes to a file.
    fn start(&self, arguments: &str) {
        let program = env!("CARGO_BIN_EXE_streamguard");
        self.typed(&format!("{program} run --output-dir out --workers 2 {arguments}; echo $? > code"));
        self.wait(|screen| screen.starts_with("StreamGuard") && screen.contains("slow"));
        assert_eq!(self.flags(), "1 0", "another screen, and no cursor");
    }

    /// Returns whether the alternate screen is on, and the cursor visible.
    fn flags(&self) -> String {
        let flags = self.tmux(&["display-message", "-p", "#{alternate_on} #{cursor_flag}"]);
        String::from_utf8_lossy(&flags.stdout).trim().to_owned()
    }

    /// Waits for the end of the run, and checks that the terminal is as it was.
    fn check_end(&self, code: &str) {
        self.wait(|_| std::fs::read_to_string(self.path("code")).is_ok_and(|code| code.ends_with('\n')));
        assert_eq!(std::fs::read_to_string(self.path("code")).unwrap().trim(), code, "{}", self.screen());
        self.check_terminal();
    }

    fn check_terminal(&self) {
        assert_eq!(self.flags(), "0 1", "the first screen, and a cursor");
        let _ = std::fs::remove_file(self.path("after"));
        self.typed("stty -a > after; echo done > said");
        self.wait(|_| self.path("said").exists());
        let read = |name: &str| std::fs::read_to_string(self.path(name)).unwrap();
        let modes = |name| read(name).lines().skip(1).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(modes("before"), modes("after"));
        std::fs::remove_file(self.path("said")).unwrap();
    }

    /// Returns the process of the run.
    fn pid(&self) -> i32 {
        let lock = std::fs::read_to_string(self.path("out/.streamguard/lock")).unwrap_or_default();
        let digits = lock.split(|c: char| !c.is_ascii_digit()).find(|part| !part.is_empty());
        digits.and_then(|digits| digits.parse().ok()).expect("the lock names its holder")
    }
}

impl Drop for Pane {
    fn drop(&mut self) {
        let _ = self.tmux(&["kill-server"]);
    }
}

#[test]
fn keys_work_as_documented_and_the_terminal_is_restored() {
    // So many that a busy machine does not end the run before the last key.
    let Some(pane) = Pane::open(80, 24, "C.UTF-8", "SHARDS=1000") else { return };
    pane.start("");
    pane.wait(|screen| screen.contains("waits \\u{1b}[2J for rain"));
    pane.key("?");
    pane.wait(|screen| screen.contains("stop cleanly"));
    pane.key("?");
    pane.wait(|screen| !screen.contains("stop cleanly"));
    pane.key("p");
    let head = |screen: &str| screen.lines().next().unwrap_or_default().to_owned();
    pane.wait(|screen| head(screen).contains("PAUSED") && !head(screen).contains("still running"));
    pane.key("p");
    pane.wait(|screen| head(screen).contains("running") && !head(screen).contains("PAUSED"));
    pane.key("v");
    pane.wait(|screen| screen.contains("log, verbose"));
    for (columns, rows) in [("60", "20"), ("200", "60"), ("30", "5"), ("80", "24")] {
        pane.tmux(&["resize-window", "-x", columns, "-y", rows]);
        pane.wait(|screen| match columns {
            "30" => screen.lines().filter(|line| !line.is_empty()).count() == 1,
            _ => screen.lines().filter(|line| line.contains("? help")).count() == 1,
        });
    }
    pane.key("q");
    pane.wait(|screen| screen.contains("STOPPING") || screen.contains("stopped"));
    pane.check_end("130");
}

#[test]
fn ctrl_z_leaves_a_usable_shell_and_fg_brings_the_dashboard_back() {
    let Some(pane) = Pane::open(80, 24, "C.UTF-8", "") else { return };
    pane.start("");
    pane.key("C-z");
    pane.wait(|screen| screen.contains("Stopped"));
    pane.check_terminal();
    let _ = std::fs::remove_file(pane.path("code"));
    pane.typed("clear; fg");
    pane.wait(|screen| screen.starts_with("StreamGuard"));
    assert_eq!(pane.flags(), "1 0");
    pane.key("C-z");
    pane.wait(|screen| screen.contains("Stopped"));
    // In the background the run continues without the terminal.
    pane.typed("clear; bg");
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(pane.flags(), "0 1");
    pane.typed("fg; echo $? > code");
    pane.wait(|screen| screen.starts_with("StreamGuard"));
    pane.key("C-c");
    pane.check_end("130");
}

#[test]
fn ctrl_c_at_any_moment_leaves_an_intact_terminal() {
    let Some(pane) = Pane::open(80, 24, "C.UTF-8", "") else { return };
    let program = env!("CARGO_BIN_EXE_streamguard");
    for (at, twice) in [(0, false), (30, false), (100, true), (250, false), (600, true)] {
        let _ = std::fs::remove_file(pane.path("code"));
        // The shell makes the mark just before it becomes the program.
        let run = format!("sh -c 'echo > begun; exec {program} run --fresh --output-dir out --workers 2'");
        let _ = std::fs::remove_file(pane.path("begun"));
        // Without a code the shell itself was interrupted, before the program started.
        pane.typed(&format!("{run}; echo $? > code"));
        pane.wait(|_| pane.path("begun").exists());
        std::thread::sleep(Duration::from_millis(at));
        pane.key("C-c");
        if twice {
            pane.key("C-c");
        }
        pane.wait(|screen| screen.trim_end().ends_with('$'));
        std::thread::sleep(Duration::from_millis(100));
        if let Ok(code) = std::fs::read_to_string(pane.path("code")) {
            assert_eq!(code.trim(), "130", "after {at} ms");
        }
        pane.check_terminal();
        pane.typed("clear");
    }
}

#[test]
fn the_terminal_is_given_back_however_the_program_ends() {
    let Some(pane) = Pane::open(80, 24, "C.UTF-8", "") else { return };
    for (signal, code) in [("TERM", "143"), ("HUP", "129")] {
        let _ = std::fs::remove_file(pane.path("code"));
        pane.start("--fresh");
        let killed = Command::new("kill").args(["-s", signal, &pane.pid().to_string()]).status().unwrap();
        assert!(killed.success());
        pane.check_end(code);
        pane.typed("clear");
    }
}

#[test]
fn a_panic_is_printed_on_the_restored_terminal() {
    let Some(pane) = Pane::open(80, 24, "C.UTF-8", "RUST_BACKTRACE=0") else { return };
    let tests = std::env::current_exe().unwrap();
    let example = tests.ancestors().nth(2).unwrap().join("examples/panicking");
    assert!(example.exists(), "{} is missing: cargo build --examples makes it", example.display());
    pane.typed(&format!("{}; echo $? > code", example.display()));
    pane.check_end("101");
    let screen = pane.screen();
    assert!(screen.contains("planted, where it is drawn"), "{screen}");
    // The message is too long for one line.
    assert!(screen.contains("planted, elsewhere:") && screen.contains("\\u{1b}[2J"), "{screen}");
}

#[test]
fn the_environment_decides_on_colours_and_signs() {
    for (locale, variables, dashboard) in
        [("C", "", true), ("C.UTF-8", "NO_COLOR=1", true), ("C.UTF-8", "TERM=dumb", false)]
    {
        let Some(pane) = Pane::open(60, 20, locale, variables) else { return };
        let program = env!("CARGO_BIN_EXE_streamguard");
        pane.typed(&format!("{program} run --output-dir out; echo $? > code"));
        if !dashboard {
            pane.wait(|screen| screen.contains("INFO    run: started: slow"));
            pane.key("C-c");
            pane.check_end("130");
            continue;
        }
        pane.wait(|screen| screen.starts_with("StreamGuard") && screen.contains("/30"));
        let colored = pane.tmux(&["capture-pane", "-p", "-e"]).stdout;
        let colored = String::from_utf8_lossy(&colored).into_owned();
        // tmux writes colours of the palette like this; 39 and 49 only end one (ECMA-48, 8.3.117).
        let has_colors = colored.contains("\u{1b}[38;5;");
        assert_eq!(has_colors, variables.is_empty(), "{colored:?}");
        assert_eq!(colored.is_ascii(), locale == "C", "{colored:?}");
        pane.key("C-c");
        pane.check_end("130");
    }
}

#[test]
fn the_run_continues_when_the_terminal_is_gone() {
    let Some(pane) = Pane::open(80, 24, "C.UTF-8", "") else { return };
    let program = env!("CARGO_BIN_EXE_streamguard");
    pane.typed(&format!("trap '' HUP; {program} run --output-dir out --workers 8"));
    pane.wait(|screen| screen.starts_with("StreamGuard") && screen.contains("slow"));
    pane.tmux(&["kill-server"]);
    let records = pane.path("out/slow.jsonl");
    let since = Instant::now();
    while !Path::new(&records).exists() {
        assert!(since.elapsed() < 2 * PATIENCE, "the run has not ended");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(std::fs::read_to_string(records).unwrap().lines().count(), 30);
}
