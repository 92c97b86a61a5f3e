//! Random days of a shopper, against a model that knows only when each refusal began.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Publish,
    MgDnt(bool),
    LookAlike(usize),
    Gpc(bool),
    Allowed(bool),
    Banner { acted: bool, granted: bool, string: u8 },
    Say(State),
    Nonsense,
    EdgeSaysOut,
    Send,
    Answer(Answer),
    ConsentCookieLost,
    Reload,
}

fn step() -> impl Strategy<Value = Step> {
    let state = prop_oneof![Just(State::In), Just(State::Out), Just(State::Pending)];
    prop_oneof![
        4 => Just(Step::Publish),
        2 => any::<bool>().prop_map(Step::MgDnt),
        1 => (0usize..4).prop_map(Step::LookAlike),
        2 => any::<bool>().prop_map(Step::Gpc),
        2 => any::<bool>().prop_map(Step::Allowed),
        3 => (any::<bool>(), any::<bool>(), 0u8..3)
            .prop_map(|(acted, granted, string)| Step::Banner { acted, granted, string }),
        3 => state.prop_map(Step::Say),
        1 => Just(Step::Nonsense),
        1 => Just(Step::EdgeSaysOut),
        3 => Just(Step::Send),
        3 => prop_oneof![Just(Answer::Accepted), Just(Answer::Refused), Just(Answer::Failed)].prop_map(Step::Answer),
        1 => Just(Step::ConsentCookieLost),
        1 => Just(Step::Reload),
    ]
}

/// When each objection began; `None` where there is none. An explicit in answers what began before.
#[derive(Default)]
struct Model {
    clock: u32,
    mg_dnt: Option<u32>,
    gpc: Option<u32>,
    not_allowed: Option<u32>,
    banner: Option<(State, u32)>,
    /// What the banner said last: the state, whether the shopper acted, and the string.
    last: Option<(bool, bool, u8)>,
    edge_out: Option<u32>,
    edge_in: bool,
    chosen: Option<(State, u32)>,
    /// The choice was made in the banner.
    in_banner: bool,
}

impl Model {
    fn state(&self, rules: Rules) -> State {
        let answered = match self.chosen {
            Some((State::In, at)) => at,
            _ => 0,
        };
        let stands = |began: Option<u32>| began.is_some_and(|began| began > answered);
        let banner =
            |state| self.banner.is_some_and(|(said, began)| said == state && (state == State::In || began > answered));
        let chosen = |state| self.chosen.is_some_and(|(chosen, _)| chosen == state);
        if stands(self.mg_dnt) || stands(self.gpc) || stands(self.edge_out) || banner(State::Out) || chosen(State::Out)
        {
            return State::Out;
        }
        let allowed = rules.user_allowed && self.not_allowed.is_none();
        let agreed = allowed || banner(State::In) || chosen(State::In) || self.edge_in;
        if !agreed && rules.default == State::Out {
            return State::Out;
        }
        if stands(self.not_allowed) || banner(State::Pending) || chosen(State::Pending) {
            return State::Pending;
        }
        if agreed { State::In } else { rules.default }
    }

    fn toggle(objection: &mut Option<u32>, there: bool, clock: u32) {
        *objection = if there { Some(objection.unwrap_or(clock)) } else { None };
    }

    fn choose(&mut self, state: State) {
        let refused = matches!(self.chosen, Some((State::Out, _)));
        if !(state == State::Pending && refused) {
            self.chosen = Some((state, self.clock));
            self.in_banner = false;
        }
    }
}

/// Three strings a banner may give, as no two answers need have the same.
fn banner_data(acted: bool, granted: bool, string: u8) -> Value {
    let mut data =
        tc_data(if acted { "useractioncomplete" } else { "tcloaded" }, if granted { GRANTING } else { REFUSING });
    let text = format!("{}.{string}", if granted { GRANTING } else { REFUSING });
    data.set_at("tcString", text);
    data
}

fn run(rules: Rules, steps: Vec<Step>) {
    let mut page = Page::new(rules);
    let mut model = Model { clock: 1, ..Model::default() };
    model.not_allowed = rules.user_allowed.then_some(1);
    model.banner = rules.tcf.then_some((State::Pending, 1));
    let mut allowed_to_leave: Vec<i64> = Vec::new();
    let mut in_flight: Option<State> = None;
    for step in steps {
        model.clock += 1;
        let clock = model.clock;
        let (writes, left, messages) = (page.writes.len(), page.left.len(), page.messages.len());
        let stored = page.storage.clone();
        let before = format!("{step:?}");
        match step {
            Step::Publish => {
                page.publish();
                if model.state(rules) != State::Out {
                    allowed_to_leave.push(*page.held.last().or(page.left.last()).unwrap());
                }
            }
            Step::MgDnt(there) => {
                if there {
                    page.cookie("mg_dnt", "true")
                } else {
                    page.drop_cookie("mg_dnt")
                }
                Model::toggle(&mut model.mg_dnt, there && rules.mg_dnt, clock);
            }
            Step::LookAlike(which) => {
                page.cookie(["foo", "x_mg_dnt_y", "mg_dnt2", "MG_DNT"][which], "mg_dnt");
            }
            Step::Gpc(on) => {
                page.gpc = on;
                Model::toggle(&mut model.gpc, on && rules.gpc, clock);
            }
            Step::Allowed(here) => {
                page.cookie("user_allowed_save_cookie", if here { "%7B%221%22%3A1%7D" } else { "%7B%223%22%3A1%7D" });
                Model::toggle(&mut model.not_allowed, !here && rules.user_allowed, clock);
            }
            Step::Banner { acted, granted, string } => {
                page.signal(Signal::Tcf(&banner_data(acted, granted, string)));
                if rules.tcf {
                    let state = if granted { State::In } else { State::Out };
                    let news = model.last != Some((granted, acted, string));
                    let same = model.last.is_some_and(|(was, _, had)| (was, had) == (granted, string));
                    if !same || model.banner.is_none_or(|(said, _)| said != state) {
                        model.banner = Some((state, clock));
                    }
                    model.last = Some((granted, acted, string));
                    if acted && news {
                        model.choose(state);
                        model.in_banner = true;
                    }
                    if !acted && model.in_banner && model.chosen.is_some_and(|(chosen, _)| chosen != state) {
                        model.chosen = None;
                    }
                }
            }
            Step::Say(state) => {
                let raw = Value::from([("consent", standards::general(state))]);
                page.set(&raw).unwrap();
                model.choose(state);
            }
            Step::Nonsense => assert!(page.set(&Value::from("yes please")).is_err()),
            Step::EdgeSaysOut => {
                // Where our own out is under way or was told, this is its echo.
                page.cookie(CONSENT_COOKIE, "general=out");
                if page.consent.telling.believed != Some(State::Out) {
                    model.edge_out = Some(model.edge_out.unwrap_or(clock));
                }
                model.edge_in = false;
            }
            Step::Send => {
                if in_flight.is_none() && page.send().is_some() {
                    in_flight = Some(page.consent.state());
                    if in_flight == Some(State::Out) {
                        model.edge_out = None;
                    }
                }
            }
            Step::Answer(answer) => {
                if let Some(state) = in_flight.take() {
                    page.answer(answer);
                    if answer == Answer::Accepted {
                        model.edge_in = state == State::In;
                        model.edge_out = model.edge_out.filter(|_| state == State::Out);
                    }
                }
            }
            Step::ConsentCookieLost => {
                page.drop_cookie(CONSENT_COOKIE);
                (model.edge_in, model.edge_out) = (false, None);
            }
            // A new page knows nothing of the banner, nor of a choice that could not be kept.
            Step::Reload
                if !rules.tcf
                    && page.storage.is_some()
                    && matches!(model.chosen, Some((State::In | State::Out, _)) | None) =>
            {
                page.reload();
                in_flight = None;
            }
            Step::Reload => {}
        }
        let state = page.read();
        assert_eq!(state, model.state(rules), "after {before}, because {}", page.because());
        if state != State::In {
            assert_eq!(page.left.len(), left, "{before}: an event left");
        }
        if state == State::Pending {
            assert_eq!(page.writes.len(), writes, "{before}: stored while pending");
        }
        if state == State::Out {
            assert!(page.held.is_empty() && (stored.is_some() || page.storage.is_none()), "{before}");
            let was_in = !page.left.is_empty() || page.cookies.contains_key(IDENTITY_COOKIE);
            assert!(page.messages.len() == messages || was_in, "{before}: told of an out by someone never in");
        }
        assert!(page.left.iter().all(|event| allowed_to_leave.contains(event)), "{before}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn nothing_leaves_that_may_not(
        default in prop_oneof![Just(State::In), Just(State::Out), Just(State::Pending)],
        user_allowed: bool, gpc: bool, tcf: bool, mg_dnt: bool,
        steps in prop::collection::vec(step(), 1..40),
    ) {
        run(Rules { default, mg_dnt, user_allowed, gpc, tcf, web_sdk: false, own_sdk: false }, steps);
    }
}
