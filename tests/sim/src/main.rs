//! `storefront-sim --seeds N [--from S] [--seed S --trace] [--mutate GUARD]`

use std::process::ExitCode;
use std::time::Instant;

use lexopt::prelude::{Long, ValueExt};
use storefront_collector::delivery::Mutation;
use storefront_sim::{Coverage, Plan, run, shrink};

const USAGE: &str = "storefront-sim [--seeds N] [--from S]   run N sessions (default 20000), seeds S, S+1, …
storefront-sim --seed S [--trace]       run one session, and say what happens in it
  --mutate no-write-ahead|no-lock|no-identity-gate   take a guard away: a failure is then expected";

struct Options {
    from: u64,
    seeds: u64,
    trace: bool,
    mutation: Option<Mutation>,
}

fn options() -> Result<Option<Options>, lexopt::Error> {
    let mut options = Options { from: 0, seeds: 20_000, trace: false, mutation: None };
    let mut parser = lexopt::Parser::from_env();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("seeds") => options.seeds = parser.value()?.parse()?,
            Long("from") => options.from = parser.value()?.parse()?,
            Long("seed") => {
                options.from = parser.value()?.parse()?;
                options.seeds = 1;
            }
            Long("trace") => options.trace = true,
            Long("mutate") => {
                options.mutation = Some(match parser.value()?.string()?.as_str() {
                    "no-write-ahead" => Mutation::NoWriteAhead,
                    "no-lock" => Mutation::NoLock,
                    "no-identity-gate" => Mutation::NoIdentityGate,
                    other => return Err(format!("no such mutation: {other}").into()),
                });
            }
            Long("help") => return Ok(None),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some(options))
}

fn main() -> ExitCode {
    match options() {
        Ok(Some(options)) => simulate(&options),
        Ok(None) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

fn simulate(options: &Options) -> ExitCode {
    let start = Instant::now();
    let mut coverage = Coverage::default();
    for seed in options.from..options.from.saturating_add(options.seeds) {
        let plan = Plan::new(seed);
        let mut trace = Vec::new();
        let result = run(&plan, options.mutation, &mut coverage, options.trace.then_some(&mut trace));
        trace.iter().for_each(|line| println!("{line}"));
        if let Err(failure) = result {
            println!("seed {seed}: {failure}\n");
            let small = shrink(&plan, options.mutation, failure.rule);
            let mut trace = Vec::new();
            let _ = run(&small, options.mutation, &mut Coverage::default(), Some(&mut trace));
            println!("the same with {} of {} steps:", small.steps.len(), plan.steps.len());
            trace.iter().for_each(|line| println!("{line}"));
            println!("\nagain: cargo run --release -p storefront-sim -- --seed {seed} --trace");
            return ExitCode::FAILURE;
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    println!("{coverage}");
    println!("never happened: {:?}", coverage.missing());
    println!(
        "{} sessions from seed {} in {seconds:.1} s: {:.0} a minute, every promise kept",
        options.seeds,
        options.from,
        options.seeds as f64 / seconds * 60.0
    );
    ExitCode::SUCCESS
}
