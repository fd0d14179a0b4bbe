use crate::facts::dockerfile::collect;
use crate::source::Snapshot;

/// The variables that are not set: name, instruction, reason, other, line.
fn unset(text: &str) -> Vec<String> {
    let facts = collect(&Snapshot::from_files("project", [("Dockerfile", text)]));
    assert!(facts.valid, "{:?}", facts.errors);
    let words = |found: &crate::facts::dockerfile::UnsetVariable| {
        let other = found.other.as_deref().unwrap_or("-");
        format!(
            "{} {} {} {other} {}",
            found.name, found.keyword, found.reason, found.loc.line
        )
    };
    facts.unset_variables.iter().map(words).collect()
}

#[test]
fn a_sound_file_has_none() {
    let text = "ARG TAG=3.13\nARG BASE=python:${TAG}\nFROM --platform=$BUILDPLATFORM $BASE AS build\nARG TAG\nARG TARGETARCH\nENV HOME_FOLDER=/srv PATH=/a:$PATH\n\
                ENV VERSION=$PYTHON_VERSION OLD=${OTHER:-x} NO='$this' NOR=\\$that\nWORKDIR $HOME_FOLDER/$TAG\nCOPY --chown=${VERSION}:1 a-$TARGETARCH ./\n\
                RUN for f in *; do echo $f $UID $RANDOM $HTTP_PROXY; done\nFROM build\nUSER $TAG\nCMD echo $ANY\n";
    assert_eq!(unset(text), [""; 0]);
}

#[test]
fn an_argument_before_from_is_not_seen_in_a_stage() {
    let text = "ARG VERSION=1\nFROM owner/image:1 AS a\nLABEL version=$VERSION\nRUN echo $VERSION\nFROM a\nRUN curl x/${VERSION}\n";
    assert_eq!(unset(text), ["VERSION LABEL global - 3", "VERSION RUN global - 6"]);
}

#[test]
fn an_argument_of_another_stage_or_of_a_later_line() {
    let text = "FROM owner/image:1 AS a\nENV B=$WHO\nARG WHO\nFROM owner/image:1\nCOPY $WHO /x\nRUN echo $TARGETARCH\n";
    assert_eq!(
        unset(text),
        [
            "WHO ENV later - 2",
            "WHO COPY other-stage a 5",
            "TARGETARCH RUN builder - 6"
        ]
    );
}

#[test]
fn a_wrong_letter() {
    let text = "FROM owner/image:1\nENV APP_FOLDER=/app PORT_1=1\nWORKDIR $APP_FODLER\nCOPY $PORT_2 $APP ./\n";
    assert_eq!(unset(text), ["APP_FODLER WORKDIR misspelt APP_FOLDER 3"]);
}

#[test]
fn of_known_images_everything_is_known() {
    let text = "FROM python:3.13\nENV PYTHONPATH=$PYTHONPATH:/app\nENV PYTHONPATH=$PYTHONPATH:/b\nWORKDIR $HOME/app\n";
    assert_eq!(unset(text), ["PYTHONPATH ENV nowhere - 2", "HOME WORKDIR shell - 4"]);
    assert_eq!(unset(&text.replace("python:", "owner/image:")), [""; 0]);
}

#[test]
fn an_unknown_image_may_set_what_it_is_chosen_by_or_called_after() {
    let text = "ARG ROS_DISTRO=a\nARG CUDA_VERSION=12\nFROM ros:$ROS_DISTRO\nLABEL a=$ROS_DISTRO\nFROM nvidia/cuda:12\nRUN echo $CUDA_VERSION\n";
    assert_eq!(unset(text), [""; 0]);
    let text = "ARG ALPINE_VERSION=3\nFROM alpine:$ALPINE_VERSION\nRUN echo $ALPINE_VERSION\n";
    assert_eq!(unset(text), ["ALPINE_VERSION RUN global - 3"]);
}

#[test]
fn arguments_of_from() {
    let text = "ARG TAG=1\nFROM a:$TGA AS one\nARG INNER=1\nFROM b:$INNER\nFROM c:$NONE\nFROM --platform=$WHERE d:${TAG}-${OTHER:-x}\n";
    assert_eq!(
        unset(text),
        [
            "TGA FROM nowhere - 2",
            "INNER FROM other-stage one 4",
            "NONE FROM nowhere - 5",
            "WHERE FROM nowhere - 6"
        ]
    );
    assert_eq!(
        unset("ARG VERSION=1\nFROM a:$VERISON\n"),
        ["VERISON FROM misspelt VERSION 2"]
    );
}

#[test]
fn without_a_default_there_is_no_image() {
    for image in ["$A", "b:$A", "$A/b:1", "b:${A}-slim", "b@$A"] {
        assert_eq!(
            unset(&format!("ARG A\nFROM {image}\n")),
            ["A FROM no-default - 2"],
            "{image}"
        );
    }
    for image in ["b:1$A", "b:${A:-1}", "b$A:1", "b:1-${A}"] {
        assert_eq!(unset(&format!("ARG A\nFROM {image}\n")), [""; 0], "{image}");
    }
}

#[test]
fn scripts_of_windows_are_left_alone() {
    let text = "ARG V=1\nFROM owner/image:1\nSHELL [\"powershell\", \"-Command\"]\nRUN $V = 2; echo $V\n";
    assert_eq!(unset(text), [""; 0]);
}

#[test]
fn an_env_does_not_see_itself() {
    let text = "FROM owner/image:1\nENV A=1 \\\n    B=$A/x C='$D' D=2\nENV E=$E:x F=1\nENV PATH=/a:$PATH X=$PATH\nENV A=2 G=$A\n";
    assert_eq!(unset(text), ["A ENV same - 2"]);
}
