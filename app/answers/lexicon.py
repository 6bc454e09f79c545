"""The small words of English that decide what a sentence says, as far as grading an answer needs them."""


def words_of(text: str) -> frozenset[str]:
    """The words of a text, as a set."""
    return frozenset(text.split())


#: Words that say little by themselves. A text without any is a list of terms rather than a statement.
FUNCTION_WORDS = words_of(
    """
    a an the this that these those it its he she they them their we our you your i my me one's it's i'd
    s d ll ve re is are was were be been being am do does did doing done has have had having will would
    can could shall should may might must to of in on at by for from with into onto as per via like than
    over under off up down out between before after during through using uses use instead otherwise
    always needs need and or but so if then when while where which who what how there here also just
    only very really quite more most such some any each every all both because since about again get
    gets got make makes made let lets
    """
)
#: Those among them that a phrase is not the same without: "adds up", "from scratch".
LIGHT = words_of("up down out over off on from with into each every all both only more most always")

#: Numbers in words.
_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
NUMBERS = {word: str(n) for n, word in enumerate(_DIGITS)}

#: What denies, besides every word in "n't"; the second word of a pair does.
NOT = words_of(
    """
    not no never cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt shouldnt couldnt
    hasnt havent without w/o neither nor none nothing nobody hardly barely scarcely unable
    """
)
NOT_PAIRS = {("rather", "than"), ("instead", "of"), ("wrong", "that"), ("false", "that"), ("wrong", "to")}
#: Denials that do not reach far: "without padding".
WEAK_NOT = words_of("without w/o of than")
#: Where the clause of such a denial, or of a condition, gives way to the next: "without it they add up".
SUBJECTS = words_of("they it you we i he she this these")
#: After a denial, these make it none: "not only".
NO_NEGATION = words_of("only just merely simply matter wonder doubt")
#: After "no", these deny what follows them: "no longer random".
NO_MORE = words_of("longer more")
#: After a denial, these say that it is about the words before it: "padding is not used".
DENIED = words_of("used true done kept needed required correct right there")

#: Where a clause ends, and with it what a denial reaches.
BREAKS = frozenset(",;:()—–/|\n") | {"->", "=>", "→", "⇒"}
BREAK_WORDS = words_of("but because since so as however while whereas although though and which if")

#: Concepts that only qualify what follows them: of "no big difference" it is the difference that is denied.
MODIFIERS = words_of("high notice good")
