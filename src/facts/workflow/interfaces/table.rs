//! The actions that many projects use, from the `action.yml` of each.

use super::popular::Popular;

/// The list. A new version needs its Node.js, when it is another, and its new names; names that are gone stay as long as a version
/// that is described has them.
pub(super) const ACTIONS: [Popular; 38] = [
    Popular {
        name: "actions/attest-build-provenance",
        nodes: &[(1, 0)],
        described: 1..=4,
        required: "",
        inputs: "create-storage-record github-token predicate predicate-path predicate-type push-to-registry \
            show-summary subject-checksums subject-digest subject-name subject-path",
        outputs: Some("attestation-id attestation-url bundle-path storage-record-ids"),
    },
    Popular {
        name: "actions/cache",
        nodes: &[(1, 12), (3, 16), (4, 20), (5, 24)],
        described: 4..=5,
        required: "key path",
        inputs: "enablecrossosarchive fail-on-cache-miss key lookup-only path restore-keys save-always \
            upload-chunk-size",
        outputs: Some("cache-hit"),
    },
    Popular {
        name: "actions/cache/restore",
        nodes: &[(3, 16), (4, 20), (5, 24)],
        described: 4..=5,
        required: "key path",
        inputs: "enablecrossosarchive fail-on-cache-miss key lookup-only path restore-keys",
        outputs: Some("cache-hit cache-matched-key cache-primary-key"),
    },
    Popular {
        name: "actions/cache/save",
        nodes: &[(3, 16), (4, 20), (5, 24)],
        described: 4..=5,
        required: "key path",
        inputs: "enablecrossosarchive key path upload-chunk-size",
        outputs: Some(""),
    },
    Popular {
        name: "actions/checkout",
        nodes: &[(2, 12), (3, 16), (4, 20), (5, 24)],
        described: 4..=7,
        required: "",
        inputs: "allow-unsafe-pr-checkout clean fetch-depth fetch-tags filter github-server-url lfs path \
            persist-credentials ref repository set-safe-directory show-progress sparse-checkout \
            sparse-checkout-cone-mode ssh-key ssh-known-hosts ssh-strict ssh-user submodules token",
        outputs: Some("commit ref"),
    },
    Popular {
        name: "actions/configure-pages",
        nodes: &[(1, 16), (4, 20), (6, 24)],
        described: 4..=6,
        required: "",
        inputs: "enablement generator_config_file static_site_generator token",
        outputs: Some("base_path base_url host origin"),
    },
    Popular {
        name: "actions/deploy-pages",
        nodes: &[(1, 16), (3, 20), (5, 24)],
        described: 3..=5,
        required: "",
        inputs: "artifact_name error_count preview reporting_interval timeout token",
        outputs: Some("page_url"),
    },
    Popular {
        name: "actions/download-artifact",
        nodes: &[(2, 12), (3, 16), (4, 20), (7, 24)],
        described: 4..=8,
        required: "",
        inputs: "artifact-ids digest-mismatch github-token merge-multiple name path pattern repository run-id \
            skip-decompress",
        outputs: Some("download-path"),
    },
    Popular {
        name: "actions/github-script",
        nodes: &[(1, 12), (6, 16), (7, 20), (8, 24)],
        described: 7..=8,
        required: "script",
        inputs: "base-url debug github-token previews result-encoding retries retry-exempt-status-codes script \
            user-agent",
        outputs: None,
    },
    Popular {
        name: "actions/labeler",
        nodes: &[(2, 12), (4, 16), (5, 20), (6, 24)],
        described: 5..=7,
        required: "",
        inputs: "configuration-path dot pr-number repo-token sync-labels",
        outputs: Some("all-labels new-labels"),
    },
    Popular {
        name: "actions/setup-go",
        nodes: &[(1, 12), (3, 16), (5, 20), (6, 24)],
        described: 5..=6,
        required: "",
        inputs: "architecture cache cache-dependency-path check-latest go-download-base-url go-version \
            go-version-file token",
        outputs: Some("cache-hit go-version"),
    },
    Popular {
        name: "actions/setup-java",
        nodes: &[(1, 12), (3, 16), (4, 20), (5, 24)],
        described: 4..=5,
        required: "distribution",
        inputs: "architecture cache cache-dependency-path check-latest distribution gpg-passphrase gpg-private-key \
            java-package java-version java-version-file jdkfile job-status mvn-toolchain-id \
            mvn-toolchain-vendor overwrite-settings server-id server-password server-username settings-path \
            token",
        outputs: Some("cache-hit distribution path version"),
    },
    Popular {
        name: "actions/setup-node",
        nodes: &[(1, 12), (3, 16), (4, 20), (5, 24)],
        described: 4..=7,
        required: "",
        inputs: "always-auth architecture cache cache-dependency-path check-latest mirror mirror-token node-version \
            node-version-file package-manager-cache registry-url scope token",
        outputs: Some("cache-hit cache-matched-key cache-primary-key node-version"),
    },
    Popular {
        name: "actions/setup-python",
        nodes: &[(1, 12), (3, 16), (5, 20), (6, 24)],
        described: 5..=7,
        required: "",
        inputs: "allow-prereleases architecture cache cache-dependency-path check-latest freethreaded pip-install \
            pip-version python-version python-version-file token update-environment",
        outputs: Some("cache-hit python-path python-version"),
    },
    Popular {
        name: "actions/stale",
        nodes: &[(1, 12), (5, 16), (9, 20), (10, 24)],
        described: 9..=10,
        required: "",
        inputs: "any-of-issue-labels any-of-labels any-of-pr-labels ascending close-issue-label close-issue-message \
            close-issue-reason close-pr-label close-pr-message days-before-close days-before-issue-close \
            days-before-issue-stale days-before-pr-close days-before-pr-stale days-before-stale debug-only \
            delete-branch enable-statistics exempt-all-assignees exempt-all-issue-assignees \
            exempt-all-issue-milestones exempt-all-milestones exempt-all-pr-assignees exempt-all-pr-milestones \
            exempt-assignees exempt-draft-pr exempt-issue-assignees exempt-issue-labels \
            exempt-issue-milestones exempt-milestones exempt-pr-assignees exempt-pr-labels \
            exempt-pr-milestones ignore-issue-updates ignore-pr-updates ignore-updates include-only-assigned \
            labels-to-add-when-unstale labels-to-remove-when-stale labels-to-remove-when-unstale \
            only-issue-labels only-issue-types only-labels only-pr-labels operations-per-run \
            remove-issue-stale-when-updated remove-pr-stale-when-updated remove-stale-when-updated repo-token \
            sort-by stale-issue-label stale-issue-message stale-pr-label stale-pr-message start-date",
        outputs: Some("closed-issues-prs staled-issues-prs"),
    },
    Popular {
        name: "actions/upload-artifact",
        nodes: &[(2, 12), (3, 16), (4, 20), (6, 24)],
        described: 4..=7,
        required: "path",
        inputs: "archive compression-level if-no-files-found include-hidden-files name overwrite path \
            retention-days",
        outputs: Some("artifact-digest artifact-id artifact-url"),
    },
    Popular {
        name: "actions/upload-pages-artifact",
        nodes: &[(1, 0)],
        described: 1..=5,
        required: "",
        inputs: "include-hidden-files name path retention-days",
        outputs: Some("artifact_id"),
    },
    Popular {
        name: "astral-sh/setup-uv",
        nodes: &[(1, 20), (7, 24)],
        described: 1..=7,
        required: "",
        inputs: "activate-environment add-problem-matchers cache-dependency-glob cache-local-path cache-python \
            cache-suffix checksum enable-cache github-token ignore-empty-workdir ignore-nothing-to-cache \
            manifest-file prune-cache pyproject-file python-version resolution-strategy restore-cache \
            save-cache server-url tool-bin-dir tool-dir uv-file venv-path version version-file \
            working-directory",
        outputs: Some("cache-hit cache-key python-cache-hit python-version uv-path uv-version uvx-path venv"),
    },
    Popular {
        name: "aws-actions/amazon-ecr-login",
        nodes: &[(1, 16), (2, 24)],
        described: 2..=2,
        required: "",
        inputs: "http-proxy mask-password registries registry-type skip-logout",
        outputs: Some("registry"),
    },
    Popular {
        name: "aws-actions/configure-aws-credentials",
        nodes: &[(1, 12), (2, 16), (4, 20), (6, 24)],
        described: 4..=6,
        required: "aws-region",
        inputs: "action-timeout-s allowed-account-ids audience aws-access-key-id aws-profile aws-region \
            aws-secret-access-key aws-session-token custom-tags disable-retry force-skip-oidc http-proxy \
            inline-session-policy managed-session-policies mask-aws-account-id no-proxy output-credentials \
            output-env-credentials overwrite-aws-profile retry-max-attempts role-chaining \
            role-duration-seconds role-external-id role-session-name role-skip-session-tagging role-to-assume \
            special-characters-workaround sts-endpoint transitive-tag-keys unset-current-credentials \
            use-existing-credentials web-identity-token-file",
        outputs: Some("aws-access-key-id aws-account-id aws-expiration aws-secret-access-key aws-session-token"),
    },
    Popular {
        name: "azure/login",
        nodes: &[(1, 16), (2, 20), (3, 24)],
        described: 2..=3,
        required: "",
        inputs: "allow-no-subscriptions audience auth-type client-id creds enable-azpssession environment \
            subscription-id tenant-id",
        outputs: Some(""),
    },
    Popular {
        name: "codecov/codecov-action",
        nodes: &[(1, 12), (3, 16), (4, 20), (5, 0)],
        described: 4..=6,
        required: "",
        inputs: "base_sha binary codecov_yml_path commit_parent directory disable_file_fixes disable_safe_directory \
            disable_search disable_telem dry_run env_vars exclude fail_ci_if_error file files flags force \
            gcov_args gcov_executable gcov_ignore gcov_include git_service handle_no_reports_found job_code \
            name network_filter network_prefix os override_branch override_build override_build_url \
            override_commit override_pr plugin plugins recurse_submodules report_code report_type root_dir \
            run_command skip_validation slug swift_project token url use_legacy_upload_endpoint use_oidc \
            use_pypi verbose version working-directory",
        outputs: Some(""),
    },
    Popular {
        name: "docker/build-push-action",
        nodes: &[(1, 0), (2, 12), (3, 16), (5, 20), (7, 24)],
        described: 5..=7,
        required: "",
        inputs: "add-hosts allow annotations attests build-args build-contexts builder cache-from cache-to call \
            cgroup-parent context file github-token labels load network no-cache no-cache-filters outputs \
            platforms provenance pull push sbom secret-envs secret-files secrets shm-size ssh tags target \
            ulimit",
        outputs: Some("digest imageid metadata"),
    },
    Popular {
        name: "docker/login-action",
        nodes: &[(1, 12), (2, 16), (3, 20), (4, 24)],
        described: 3..=4,
        required: "",
        inputs: "ecr logout password registry registry-auth scope username",
        outputs: Some(""),
    },
    Popular {
        name: "docker/metadata-action",
        nodes: &[(1, 12), (4, 16), (5, 20), (6, 24)],
        described: 5..=6,
        required: "",
        inputs: "annotations bake-target context flavor github-token images labels sep-annotations sep-labels \
            sep-tags tags",
        outputs: Some(
            "annotations bake-file bake-file-annotations bake-file-labels bake-file-tags json labels tag-names \
            tags version",
        ),
    },
    Popular {
        name: "docker/setup-buildx-action",
        nodes: &[(1, 12), (2, 16), (3, 20), (4, 24)],
        described: 3..=4,
        required: "",
        inputs: "append buildkitd-config buildkitd-config-inline buildkitd-flags cache-binary cleanup config \
            config-inline driver driver-opts endpoint install keep-state name platforms use version",
        outputs: Some("driver endpoint flags name nodes platforms status"),
    },
    Popular {
        name: "docker/setup-qemu-action",
        nodes: &[(1, 12), (2, 16), (3, 20), (4, 24)],
        described: 3..=4,
        required: "",
        inputs: "cache-image image platforms reset",
        outputs: Some("platforms"),
    },
    Popular {
        name: "github/codeql-action/analyze",
        nodes: &[(1, 12), (2, 16), (3, 20), (4, 24)],
        described: 3..=4,
        required: "",
        inputs: "add-snippets category check_name checkout_path cleanup-level expect-error matrix output \
            post-processed-sarif-path ram ref sha skip-queries threads token upload upload-database \
            wait-for-processing",
        outputs: Some("db-locations sarif-id sarif-output"),
    },
    Popular {
        name: "github/codeql-action/autobuild",
        nodes: &[(1, 12), (2, 16), (3, 20), (4, 24)],
        described: 3..=4,
        required: "",
        inputs: "matrix token working-directory",
        outputs: Some(""),
    },
    Popular {
        name: "github/codeql-action/init",
        nodes: &[(1, 12), (2, 16), (3, 20), (4, 24)],
        described: 3..=4,
        required: "",
        inputs: "analysis-kinds build-mode check-run-id config config-file db-location debug debug-artifact-name \
            debug-database-name dependency-caching external-repository-token languages matrix packs \
            quality-queries queries ram registries setup-python-dependencies source-root threads token tools \
            trap-caching",
        outputs: Some("codeql-path codeql-version"),
    },
    Popular {
        name: "google-github-actions/auth",
        nodes: &[(1, 16), (2, 20), (3, 24)],
        described: 2..=3,
        required: "",
        inputs: "access_token_lifetime access_token_scopes access_token_subject audience backoff backoff_limit \
            cleanup_credentials create_credentials_file credentials_json delegates \
            export_environment_variables id_token_audience id_token_include_email project_id request_reason \
            retries service_account token_format universe workload_identity_provider",
        outputs: Some("access_token auth_token credentials_file_path id_token project_id"),
    },
    Popular {
        name: "google-github-actions/deploy-cloudrun",
        nodes: &[(1, 16), (2, 20), (3, 24)],
        described: 2..=3,
        required: "",
        inputs: "env_vars env_vars_file env_vars_update_strategy flags gcloud_component gcloud_version image job \
            labels metadata no_traffic project_id region revision_traffic secrets secrets_update_strategy \
            service skip_default_labels source suffix tag tag_traffic timeout update_traffic_flags wait",
        outputs: Some("url"),
    },
    Popular {
        name: "google-github-actions/setup-gcloud",
        nodes: &[(1, 16), (2, 20), (3, 24)],
        described: 2..=3,
        required: "",
        inputs: "cache install_components project_id skip_install skip_tool_cache version",
        outputs: Some("version"),
    },
    Popular {
        name: "peaceiris/actions-gh-pages",
        nodes: &[(2, 0), (3, 16), (4, 24)],
        described: 4..=4,
        required: "",
        inputs: "allow_empty_commit cname commit_message deploy_key destination_dir disable_nojekyll enable_jekyll \
            exclude_assets external_repository force_orphan full_commit_message github_token keep_files \
            personal_token publish_branch publish_dir tag_message tag_name user_email user_name",
        outputs: Some(""),
    },
    Popular {
        name: "peter-evans/create-pull-request",
        nodes: &[(1, 12), (4, 16), (6, 20), (8, 24)],
        described: 6..=8,
        required: "",
        inputs: "add-paths assignees author base body body-path branch branch-suffix branch-token commit-message \
            committer delete-branch draft git-token labels maintainer-can-modify milestone path push-to-fork \
            reviewers sign-commits signoff team-reviewers title token",
        outputs: Some(
            "pull-request-branch pull-request-head-sha pull-request-number pull-request-operation \
            pull-request-url",
        ),
    },
    Popular {
        name: "pypa/gh-action-pypi-publish",
        nodes: &[],
        described: 1..=1,
        required: "",
        inputs: "attestations packages-dir packages_dir password print-hash print_hash repository-url \
            repository_url skip-existing skip_existing user verbose verify-metadata verify_metadata",
        outputs: Some(""),
    },
    Popular {
        name: "snok/install-poetry",
        nodes: &[(1, 0)],
        described: 1..=1,
        required: "",
        inputs: "installation-arguments installer-parallel plugins version virtualenvs-create \
            virtualenvs-in-project virtualenvs-path",
        outputs: Some(""),
    },
    Popular {
        name: "softprops/action-gh-release",
        nodes: &[(1, 16), (2, 20), (3, 24)],
        described: 2..=3,
        required: "",
        inputs: "append_body body body_path discussion_category_name draft fail_on_unmatched_files files \
            generate_release_notes make_latest name overwrite_files prerelease preserve_order previous_tag \
            repository tag_name target_commitish token working_directory",
        outputs: Some("assets id upload_url url"),
    },
];
