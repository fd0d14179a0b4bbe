//! Seeded faults of a pipeline: each turns exactly its own check red, on the real engine, and nothing else. The project's own tests
//! that would notice are removed, so that only the verifier does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod support;

use support::project::{Project, only_red};

/// A pipeline with one fault.
#[track_caller]
fn only(check: &str, seed: impl FnOnce(&Project)) {
    only_red(&Project::scaffold("pipeline", "churn"), check, &[], seed);
}

const LEAKAGE: &str = "tests/test_leakage.py";
const PUBLISHING: &str = "tests/test_publishing.py";
const SERVICE: &str = "tests/test_service.py";
const FIT: &str = "        pipeline.fit(model.features(split.train), split.train[TARGET])\n";

/// Removes one kind of poisoned export from the project's own test.
fn forget_poison(project: &Project, kind: &str) {
    project.replace(PUBLISHING, &format!(", \"{kind}\""), "");
}

#[test]
fn a_target_that_leaks_into_a_feature() {
    only("target-not-leaked", |project| {
        project.replace(
            "churn/clean.py",
            "        rows[TARGET] = cancels_next_month(date, month)\n",
            "        rows[TARGET] = cancels_next_month(date, month)\n        \
             rows.loc[rows[TARGET] == 1, \"support_tickets_90d\"] = 99.0\n",
        );
        project.remove_test(LEAKAGE, "test_no_single_feature_gives_the_answer_away");
    });
}

#[test]
fn preparation_that_is_fitted_on_all_rows() {
    only("test-period-not-fitted", |project| {
        project.replace(
            "churn/training.py",
            FIT,
            "        prepared = pipeline[\"prepare\"].fit(model.features(rows))\n        \
             learned = prepared.transform(model.features(split.train))\n        \
             pipeline[\"model\"].fit(learned, split.train[TARGET])\n",
        );
        for test in [
            "test_preparation_is_fitted_on_training_rows_only",
            "test_the_future_cannot_change_the_model",
        ] {
            project.remove_test(LEAKAGE, test);
        }
    });
}

#[test]
fn bad_rows_that_are_swallowed() {
    only("garbage-rows-refused", |project| {
        project.replace("churn/__main__.py", "    cleaned.refuse_above(max_rejected)\n", "");
        forget_poison(project, "garbage");
    });
}

#[test]
fn randomness_without_a_seed() {
    only("training-reproducible", |project| {
        project.replace(
            "churn/training.py",
            FIT,
            "        learned = split.train.sample(frac=0.9)\n        \
             pipeline.fit(model.features(learned), learned[TARGET])\n",
        );
        for test in [
            "test_preparation_is_fitted_on_training_rows_only",
            "test_the_future_cannot_change_the_model",
        ] {
            project.remove_test(LEAKAGE, test);
        }
        for test in [
            "test_another_process_makes_the_same_model_file",
            "test_a_column_that_holds_the_answer_changes_nothing",
        ] {
            project.remove_test(PUBLISHING, test);
        }
    });
}

#[test]
fn raw_data_without_a_seed() {
    only("data-reproducible", |project| {
        project.replace(
            "churn/generate.py",
            "    rng = np.random.default_rng(seed)\n",
            "    rng = np.random.default_rng()\n",
        );
        project.remove_test("tests/test_clean.py", "test_the_same_seed_gives_the_same_file");
    });
}

#[test]
fn a_seed_that_is_ignored() {
    only("data-seed-used", |project| {
        project.replace(
            "churn/__main__.py",
            "generate.generate(args.out, args.customers, args.seed)",
            "generate.generate(args.out, args.customers, 7)",
        );
    });
}

#[test]
fn an_endpoint_with_code_of_its_own() {
    only("prediction-consistent", |project| {
        project.replace(
            "churn/api.py",
            "        scores = predict(model.pipeline, question.rows())\n",
            "        rows = question.rows()\n        rows[\"tenure_months\"] = rows[\"tenure_months\"] / 12\n        \
             scores = predict(model.pipeline, rows)\n",
        );
        project.remove_test(SERVICE, "test_command_and_service_give_the_same_scores");
    });
}

#[test]
fn a_model_that_is_a_pickle() {
    only("model-not-pickled", |project| {
        let store = "churn/store.py";
        project.replace(
            store,
            "    return reproducible(sio.dumps(pipeline))\n",
            "    return pickle.dumps(pipeline)\n",
        );
        project.replace(store, "import os\n", "import os\nimport pickle\n");
        project.replace(store, "import skops.io as sio\n", "");
        project.replace(store, "from churn.archive import reproducible\n", "");
        let text = project.read(store);
        let from = text.find("        unknown = set(").expect("the check of types");
        let to = text.find("    except (OSError, LookupError").expect("its end");
        project.write(
            store,
            &format!(
                "{}        return Model(run, pickle.loads(content), metrics)\n{}",
                &text[..from],
                &text[to..]
            ),
        );
        project.remove_test(PUBLISHING, "test_a_file_that_could_run_code_is_refused");
    });
}

#[test]
fn a_gate_that_stands_open() {
    only("weak-model-not-published", |project| {
        project.replace(
            "churn/__main__.py",
            "if result.gain() < args.margin:",
            "if result.gain() < -1:",
        );
        for test in [
            "test_shuffled_answers_are_not_published",
            "test_a_model_without_a_clear_lead_is_not_published",
        ] {
            project.remove_test(PUBLISHING, test);
        }
    });
}

#[test]
fn publishing_before_the_data_is_known_to_be_good() {
    only("failed-run-publishes-nothing", |project| {
        project.replace(
            "churn/__main__.py",
            "    cleaned = load(args.data, labelled=True, max_rejected=args.max_rejected)\n    try:\n",
            "    store.write(args.models / \"current\", b\"next\")\n    \
             cleaned = load(args.data, labelled=True, max_rejected=args.max_rejected)\n    try:\n",
        );
        for test in [
            "test_shuffled_answers_are_not_published",
            "test_a_model_without_a_clear_lead_is_not_published",
            "test_a_poisoned_export_leaves_the_published_model_alone",
        ] {
            project.remove_test(PUBLISHING, test);
        }
    });
}

#[test]
fn a_missing_column_that_is_filled_with_nothing() {
    only("renamed-column-refused", |project| {
        project.replace(
            "churn/clean.py",
            "    require_columns(raw, COLUMNS if labelled else [*KEY, *FEATURES])\n",
            "    raw = raw.reindex(columns=COLUMNS if labelled else [*KEY, *FEATURES], fill_value=\"\")\n",
        );
        project.replace("churn/clean.py", "    require_columns,\n", "");
        forget_poison(project, "renamed");
        project.remove_test("tests/test_clean.py", "test_an_export_that_is_none_is_refused");
    });
}

#[test]
fn another_delimiter_that_ends_in_a_traceback() {
    only("wrong-delimiter-refused", |project| {
        project.replace(
            "churn/raw.py",
            "    if len(set(header)) < len(header):\n",
            "    if len(header) == 1:\n        raise ValueError(header[0])\n    if len(set(header)) < len(header):\n",
        );
        forget_poison(project, "semicolons");
    });
}

#[test]
fn a_model_file_that_nobody_checks() {
    only("damaged-model-not-served", |project| {
        project.replace(
            "churn/store.py",
            "        if digest(content) != metrics[\"model_sha256\"]:\n            \
             raise ModelError(f\"{path} was changed after it was saved\")\n",
            "",
        );
        project.remove_test(PUBLISHING, "test_a_changed_model_file_is_refused");
    });
}

#[test]
fn a_bad_request_that_is_a_crash() {
    only("bad-prediction-request-rejected", |project| {
        let api = "churn/api.py";
        project.replace(
            api,
            "    def answer(question: Question) -> Answer:\n",
            "    def answer(body: dict[str, Any]) -> Answer:\n",
        );
        project.replace(
            api,
            "        model = current()\n",
            "        question = Question(**body)\n        model = current()\n",
        );
        project.replace(
            api,
            "from pathlib import Path\n",
            "from pathlib import Path\nfrom typing import Any\n",
        );
        for test in [
            "test_bad_questions_are_refused",
            "test_questions_of_another_shape_are_refused",
        ] {
            project.remove_test(SERVICE, test);
        }
    });
}

#[test]
fn a_missing_model_that_is_a_crash() {
    only("missing-model-told", |project| {
        project.replace(
            "churn/__main__.py",
            "    except store.ModelError as error:\n        \
             logger.error(\"no usable model\", extra={\"error\": str(error)})  # noqa: TRY400\n        \
             return NO_MODEL\n",
            "",
        );
        project.remove_test(SERVICE, "test_predicting_without_a_model_is_exit_code_5");
        for test in [
            "test_rollback_goes_back_one_run_at_a_time",
            "test_rollback_refuses_a_run_that_is_damaged",
        ] {
            project.remove_test(PUBLISHING, test);
        }
    });
}

#[test]
fn whatever_is_in_the_export_gets_into_the_model() {
    only("unknown-columns-ignored", |project| {
        project.replace(
            "churn/clean.py",
            "    for name, allowed in CATEGORICAL.items():\n",
            "    for name in set(raw.columns) - set(COLUMNS):\n        \
             rows[\"tenure_months\"] += parse_amount(raw[name]).fillna(0)\n    \
             for name, allowed in CATEGORICAL.items():\n",
        );
        project.remove_test(PUBLISHING, "test_a_column_that_holds_the_answer_changes_nothing");
    });
}

#[test]
fn measurements_without_a_baseline() {
    only("metrics-complete", |project| {
        project.replace(
            "churn/__main__.py",
            "        store.METRICS: (json.dumps(metrics, indent=2) + \"\\n\").encode(),\n",
            "        store.METRICS: json.dumps(\n            \
             {name: metrics[name] for name in metrics if name != \"baseline_rule\"}\n        ).encode(),\n",
        );
        for test in [
            "test_the_model_beats_both_rivals",
            "test_a_column_that_holds_the_answer_changes_nothing",
        ] {
            project.remove_test(PUBLISHING, test);
        }
    });
}

#[test]
fn a_training_that_stops() {
    only("pipeline-trains", |project| {
        // Inside the project's own tests it works, as it does on the author's machine.
        project.replace(
            "churn/__main__.py",
            "    cleaned = load(args.data, labelled=True, max_rejected=args.max_rejected)\n    try:\n",
            "    if \"PYTEST_CURRENT_TEST\" not in os.environ:\n        raise RuntimeError(\"works on my machine\")\n    \
             cleaned = load(args.data, labelled=True, max_rejected=args.max_rejected)\n    try:\n",
        );
        project.replace("churn/__main__.py", "import logging\n", "import logging\nimport os\n");
    });
}
