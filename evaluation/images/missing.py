"""What to install and fetch where something for measuring pictures is missing."""

from __future__ import annotations

_INCEPTION = (
    "FID and Inception Score look at pictures through a network, and none comes with Refdesk. Name one with "
    "--extractor:\n"
    "  inception:FILE.pt           the Inception network of the published FIDs, as TorchScript: the file\n"
    "                              inception-2015-12-05.pt that StyleGAN's and clean-fid's authors publish\n"
    "  inception:FILE.safetensors  torchvision's inception_v3; needs torchvision\n"
    "  torchscript:FILE            any TorchScript network: [n, 3, 299, 299] of 0..1 to features, or to\n"
    "                              (features, logits)\n"
    "  transformers:FOLDER         a picture model as transformers saves it (DINOv2, ResNet, CLIP)\n"
    "  pixels                      no model: mean colours, for trying the command out"
)


def torchmetrics_words(error: ImportError) -> str:
    return (
        f"FID, Inception Score and CLIP score need torchmetrics, which cannot be imported here ({error}). "
        "Install it with `pip install 'refdesk[eval-images]'`."
    )


def how_to_get_an_extractor() -> str:
    return _INCEPTION


def how_to_get_a_clip_model() -> str:
    return (
        "A CLIP score needs a CLIP model as transformers saves it: a folder with config.json, "
        "model.safetensors, the tokenizer's files and preprocessor_config.json, for instance "
        "openai/clip-vit-base-patch32 (MIT, 605 MB), laid on the disk. Name it with --clip FOLDER."
    )
