//! Plain commands as jobs of the engine.

// What becomes of the output of commands, where inputs come from, and what failures cost.
mod jobs;
// What is left of commands that are stopped.
mod stopped;
