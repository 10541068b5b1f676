"""The tests that look at each place of the package."""

TESTS: dict[str, tuple[str, ...]] = {
    "counter_random.py": ("test_counter_random.py",),
    "data": (
        "test_data_contents.py",
        "test_data_groups.py",
        "test_data_faults.py",
        "test_data_alike.py",
        "test_data.py",
        "test_data_idx.py",
        "test_data_npz.py",
        "test_data_limits.py",
        "test_data_catalogue.py",
        "test_data_writers.py",
    ),
    "forecast.py": ("test_forecast.py",),
    "engine": (
        "test_engine_numbers.py",
        "test_engine.py",
        "test_keras_file.py",
        "test_engine_equivalence.py",
    ),
    "networks.py": ("test_engine_numbers.py", "test_engine.py", "test_engine_equivalence.py"),
    "notebook": (
        "test_notebook_code.py",
        "test_notebook_data.py",
        "test_notebook_files.py",
        "test_notebook.py",
    ),
    "outlook.py": ("test_terminal.py",),
    "protocol.py": ("test_protocol_rules.py", "test_protocol_copies.py", "test_protocol.py"),
    "splits.py": ("test_protocol_groups.py", "test_protocol.py"),
    "report": (
        "test_report_damage.py",
        "test_report_data.py",
        "test_report_final.py",
        "test_report_front.py",
        "test_report_models.py",
        "test_report_numbers.py",
        "test_report_page.py",
        "test_report_tuning.py",
    ),
    "runs": ("test_seal_chain.py", "test_protocol.py", "test_runs.py", "test_refit.py"),
    "settings.py": ("test_settings.py",),
    "scores.py": ("test_statistics_numbers.py", "test_statistics.py"),
    "statistics": (
        "test_statistics_numbers.py",
        "test_statistics_groups.py",
        "test_statistics_rows.py",
        "test_statistics_probabilities.py",
        "test_statistics.py",
        "test_coverage.py",
    ),
    "steps": (
        "test_steps_data.py",
        "test_steps_baseline.py",
        "test_steps_overfit.py",
        "test_steps_ablation.py",
        "test_steps_finalists.py",
        "test_overfit.py",
        "test_finalists.py",
        "test_steps_final_test.py",
        "test_steps_seen_groups.py",
        "test_workflow_numbers.py",
        "test_refit.py",
    ),
    "executor": ("test_executor_worker.py", "test_tuning.py"),
    "surroundings.py": ("test_surroundings.py",),
    "summary.py": ("test_summary.py", "test_workflow_numbers.py"),
    "terminal.py": ("test_terminal.py",),
    "tuning": (
        "test_tuning_rules.py",
        "test_tuning_proposals.py",
        "test_tuning_damage.py",
        "test_tuning.py",
    ),
    "validation.py": ("test_validation_numbers.py", "test_validation.py"),
    "warp.py": ("test_warp_parameters.py", "test_warp.py"),
}
"""The tests of each place, quick ones first."""

TESTS["pictures.py"] = ("test_pictures.py", "test_data_folders.py")
for _name, _tests in {
    "contents": ("contents", "faults", "spellings", ""),
    "faults": ("faults", "contents", "spellings"),
    "reading": ("faults", "setting_aside", "catalogue", "folders", "tables", ""),
    "setting_aside": ("setting_aside",),
    "source": ("setting_aside", "faults", "folders"),
    "checking": ("faults", "", "catalogue"),
    "finding": ("catalogue", "tables", "", "download"),
    "places": ("catalogue", ""),
    "catalogue": ("catalogue",),
    "download": ("download", "catalogue"),
    "class_names": ("folders", "spellings"),
    "images": ("contents", "npz", ""),
    "published/emnist": ("names", "catalogue"),
    "published/entries": ("catalogue",),
    "mnist/embedded": ("",),
    "mnist/catalogue": ("catalogue", ""),
}.items():
    TESTS[f"data/{_name}.py"] = tuple(f"test_data{'_' if t else ''}{t}.py" for t in _tests)
for _names, _tests in {
    ("idx", "idx_format", "idx_names", "members"): ("names", "idx", "catalogue", ""),
    ("npz", "arrays", "_npz_names"): ("spellings", "npz"),
    ("tables", "_table_layout", "_table_rows"): ("tables",),
    ("folders", "_folder_listing"): ("folders",),
    ("parquet",): ("parquet",),
    ("hdf5", "bitmaps"): ("catalogue",),
    ("packing",): ("limits", "idx", "tables"),
    ("stacks",): ("folders", "parquet"),
    ("refusals",): ("spellings", ""),
    ("files", "__init__"): ("spellings", "idx", "npz", "tables", "folders", "names"),
}.items():
    for _name in _names:
        TESTS[f"data/readers/{_name}.py"] = tuple(
            f"test_data{'_' if test else ''}{test}.py" for test in _tests
        )
