"""Fine-tune BERT to tell whether two sentences say the same thing: the MRPC walkthrough, top to bottom."""

import math
from pathlib import Path

import evaluate
import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from datasets import load_dataset
from torch.optim import AdamW
from torch.utils.data import DataLoader
from transformers import (
    AutoModelForSequenceClassification,
    AutoTokenizer,
    DataCollatorWithPadding,
    get_scheduler,
)

bundled = Path(__file__).parent / "bundled"
checkpoint = str(bundled / "model")
dataset = [str(bundled / "corpus")]
metric_script = str(bundled / "metric")
seed = 42
batch_size = 16
learning_rate = 5e-4
num_warmup_steps = 8
num_training_steps = 80
num_train_examples = None
num_eval_examples = None

set_seed(seed)
accelerator = Accelerator()

raw_datasets = load_dataset(*dataset)
tokenizer = AutoTokenizer.from_pretrained(checkpoint)


def tokenize_function(example):
    return tokenizer(example["sentence1"], example["sentence2"], truncation=True)


tokenized_datasets = raw_datasets.map(tokenize_function, batched=True)
text_columns = [name for name in raw_datasets["train"].column_names if name != "label"]
tokenized_datasets = tokenized_datasets.remove_columns(text_columns)
tokenized_datasets = tokenized_datasets.rename_column("label", "labels")
tokenized_datasets.set_format("torch")

train_rows = range(len(tokenized_datasets["train"]))[:num_train_examples]
eval_rows = range(len(tokenized_datasets["validation"]))[:num_eval_examples]
train_dataset = tokenized_datasets["train"].select(train_rows)
eval_dataset = tokenized_datasets["validation"].select(eval_rows)

data_collator = DataCollatorWithPadding(tokenizer=tokenizer)
order = torch.Generator().manual_seed(seed)
train_dataloader = DataLoader(
    train_dataset, shuffle=True, batch_size=batch_size, collate_fn=data_collator, generator=order
)
eval_dataloader = DataLoader(eval_dataset, batch_size=batch_size, collate_fn=data_collator)

model = AutoModelForSequenceClassification.from_pretrained(checkpoint, num_labels=2)
optimizer = AdamW(model.parameters(), lr=learning_rate, fused=True)
lr_scheduler = get_scheduler("linear", optimizer, num_warmup_steps, num_training_steps)
train_dataloader, eval_dataloader, model, optimizer, lr_scheduler = accelerator.prepare(
    train_dataloader, eval_dataloader, model, optimizer, lr_scheduler
)

completed_steps = 0
model.train()
for epoch in range(math.ceil(num_training_steps / len(train_dataloader))):
    for batch in train_dataloader:
        outputs = model(**batch)
        loss = outputs.loss
        accelerator.backward(loss)
        optimizer.step()
        lr_scheduler.step()
        optimizer.zero_grad()
        completed_steps += 1
        if completed_steps == num_training_steps:
            break

metric = evaluate.load(metric_script, keep_in_memory=True)
model.eval()
for batch in eval_dataloader:
    with torch.no_grad():
        outputs = model(**batch)
    predictions = outputs.logits.argmax(dim=-1)
    predictions, references = accelerator.gather_for_metrics((predictions, batch["labels"]))
    metric.add_batch(predictions=predictions, references=references)
eval_metric = metric.compute()
accelerator.print(eval_metric)
