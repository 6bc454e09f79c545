"""Accuracy and F1 of the positive class, under the names that GLUE's metric for MRPC gives them."""

import datasets
import evaluate


class ParaphraseMetric(evaluate.Metric):
    """`compute` over predictions and references, both of shape (examples,), 1 meaning equivalent."""

    def _info(self) -> evaluate.MetricInfo:
        return evaluate.MetricInfo(
            description="Accuracy, and F1 of the class `equivalent`, as GLUE reports for MRPC.",
            citation="",
            inputs_description="predictions and references: class ids, 0 or 1.",
            features=datasets.Features(
                {"predictions": datasets.Value("int64"), "references": datasets.Value("int64")}
            ),
        )

    def _compute(self, predictions, references) -> dict[str, float]:
        """F1 is 0.0 where it is undefined: nothing predicted and nothing true."""
        pairs = list(zip(predictions, references, strict=True))
        correct = sum(int(p == r) for p, r in pairs)
        true_positive = sum(int(p == r == 1) for p, r in pairs)
        wrong_or_missed = sum(int(p != r) for p, r in pairs if 1 in (p, r))
        denominator = 2 * true_positive + wrong_or_missed
        return {
            "accuracy": correct / len(pairs),
            "f1": 2 * true_positive / denominator if denominator else 0.0,
        }
