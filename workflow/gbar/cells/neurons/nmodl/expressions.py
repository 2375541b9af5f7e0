"""The grammar of expressions and statements: recursive descent, one method a rule.

or    = and  {"||" and}          and   = compared {"&&" compared}
compared = sum [("<" | ">" | ...) sum]
sum   = product {("+" | "-") product}      product = signed {("*" | "/") signed}
signed = ("-" | "+" | "!") signed | power  power   = atom ["^" signed]
atom  = number [unit] | name ["(" [or {"," or}] ")"] | "(" or ")"
"""

from gbar.cells.neurons.nmodl import syntax
from gbar.cells.neurons.nmodl.tokens import Token, tokens
from gbar.errors import UserError

COMPARED = ("<", ">", "<=", ">=", "==", "!=")
# Statements of the language that are not read.
REFUSED = {
    "VERBATIM", "WHILE", "while", "FROM", "FORALL", "POINTER", "PROTECT", "MUTEXLOCK", "MUTEXUNLOCK", "CONSERVE",
    "COMPARTMENT", "LONGITUDINAL_DIFFUSION", "SENS", "STEADYSTATE", "MATCH", "LAG", "RESET", "PUTQ", "GETQ", "WATCH",
}  # fmt: skip
DEEPEST = 50  # brackets and blocks inside each other


class Reader:
    """Reads the tokens of one file."""

    def __init__(self, text: str, path: str):
        """Take the text of the file, and its path as errors name it."""
        self.path = path
        self._tokens = list(tokens(text, path))
        self._place = 0
        self._depth = 0

    @property
    def now(self) -> Token:
        """The token that is next."""
        return self._tokens[self._place]

    def take(self) -> Token:
        """Return the next token and go on."""
        found = self.now
        self._place = min(self._place + 1, len(self._tokens) - 1)
        return found

    def at(self, *texts: str) -> bool:
        """Return whether the next token is one of these words or signs."""
        return self.now.text in texts and self.now.kind in ("name", "sign")

    def skip(self, text: str) -> bool:
        """Take the next token if it is this word or sign, and return whether it was."""
        found = self.at(text)
        if found:
            self.take()
        return found

    def expect(self, text: str, after: str) -> Token:
        """Take the token that must be next.

        Raises:
            UserError: it is another one.
        """
        if not self.at(text):
            raise self.error(f"{text!r} is missing after {after}")
        return self.take()

    def name(self, what: str) -> Token:
        """Take the name that must be next.

        Raises:
            UserError: it is no name.
        """
        if self.now.kind != "name":
            raise self.error(f"{what} must be a name")
        return self.take()

    def error(self, text: str, line: int | None = None) -> UserError:
        """Return an error at a line, that of the next token if left out."""
        found = f", where it has {self.now.text!r}" if line is None and self.now.text else ""
        return UserError(f"{self.path} line {line or self.now.line}: {text}{found}")

    def unit(self) -> str:
        """Take a unit in brackets if one is next, and return its text; "" where there is none."""
        if not self.skip("("):
            return ""
        parts = []
        while not self.at(")"):
            if self.now.kind == "end":
                raise self.error("')' is missing after a unit")
            parts.append(self.take().text)
        self.take()
        text = " ".join(parts)
        for sign in ("/", "-", "^"):
            text = text.replace(f" {sign} ", sign)
        return text.removeprefix("/ ").strip() if not text.startswith("/ ") else "/" + text.removeprefix("/ ")

    def number(self, what: str) -> float:
        """Take a number with its sign.

        Raises:
            UserError: it is none.
        """
        sign = -1.0 if self.skip("-") else 1.0
        if self.now.kind != "number":
            raise self.error(f"{what} must be a number")
        return sign * float(self.take().text)

    def expression(self) -> syntax.Expression:
        """Take an expression."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.error("brackets are nested too deeply")
        found = self._chain(("||",), lambda: self._chain(("&&",), self._compared))
        self._depth -= 1
        return found

    def _chain(self, signs: tuple[str, ...], part) -> syntax.Expression:
        found = part()
        while self.at(*signs):
            sign = self.take().text
            found = syntax.Operation(sign, (found, part()))
        return found

    def _compared(self) -> syntax.Expression:
        return self._chain(COMPARED, self._sum)

    def _sum(self) -> syntax.Expression:
        return self._chain(("+", "-"), lambda: self._chain(("*", "/"), self._signed))

    def _signed(self) -> syntax.Expression:
        if self.at("-", "+", "!"):
            self._depth += 1
            if self._depth > DEEPEST:
                raise self.error("signs follow each other too often")
            sign = self.take().text
            inner = self._signed()
            self._depth -= 1
            return inner if sign == "+" else syntax.Operation(sign, (inner,))
        base = self._atom()
        if self.skip("^"):
            return syntax.Operation("^", (base, self._signed()))
        return base

    def _atom(self) -> syntax.Expression:
        if self.now.kind == "number":
            value = float(self.take().text)
            self.unit()
            return syntax.Number(value)
        if self.skip("("):
            found = self.expression()
            self.expect(")", "an expression")
            return found
        if self.now.kind != "name":
            raise self.error("an expression is expected")
        token = self.take()
        if self.at("["):
            raise self.error(f"the array {token.text} is not supported", token.line)
        if self.at("("):
            return syntax.Call(token.text, self.arguments(token.text), token.line)
        return syntax.Name(token.text, token.line)

    def arguments(self, of: str) -> tuple[syntax.Expression, ...]:
        """Take the arguments of a call in their brackets."""
        self.expect("(", of)
        found = []
        while not self.at(")"):
            found.append(self.expression())
            if not self.skip(","):
                break
        self.expect(")", f"the arguments of {of}")
        return tuple(found)

    def block(self, of: str) -> tuple[syntax.Statement, ...]:
        """Take statements in their braces."""
        self.expect("{", of)
        self._depth += 1
        if self._depth > DEEPEST:
            raise self.error("blocks are nested too deeply")
        found = []
        while not self.skip("}"):
            if self.now.kind == "end":
                raise self.error(f"'}}' is missing after {of}")
            statement = self._statement()
            if statement is not None:
                found.append(statement)
        self._depth -= 1
        return tuple(found)

    def _statement(self) -> syntax.Statement | None:
        token = self.now
        if token.kind != "name" or token.text in REFUSED:
            if token.text == "~" or token.text in REFUSED:
                raise self.error(f"{token.text} is not supported", token.line)
            raise self.error("a statement is expected")
        match self.take().text:
            case "LOCAL":
                return syntax.Local(self.names())
            case "UNITSON" | "UNITSOFF":
                return None
            case "TABLE":
                return self._table()
            case "SOLVE":
                return self._solve(token)
            case "if" | "IF":
                return self._if()
        if self.at("("):
            return syntax.Call(token.text, self.arguments(token.text), token.line)
        rate = self.skip("'")
        if self.at("[", "'"):
            raise self.error(
                f"{'the array' if self.at('[') else 'a second derivative of'} {token.text} is not supported", token.line
            )
        self.expect("=", token.text)
        value = self.expression()
        kind = syntax.Rate if rate else syntax.Assign
        return kind(token.text, value, token.line)

    def names(self) -> tuple[str, ...]:
        """Take names with commas between them."""
        found = [self._declared_name()]
        while self.skip(","):
            found.append(self._declared_name())
        return tuple(found)

    def _declared_name(self) -> str:
        token = self.name("what is declared")
        if self.at("["):
            raise self.error(f"the array {token.text} is not supported", token.line)
        return token.text

    def _table(self) -> None:
        """Take a TABLE statement, which says how to compute, not what."""
        while self.now.kind == "name" and not self.at("FROM"):
            self.take()
            self.skip(",")
        for word in ("FROM", "TO", "WITH"):
            self.expect(word, "TABLE")
            self.expression()

    def _solve(self, token: Token) -> syntax.Solve:
        block = self.name("what SOLVE solves").text
        if not self.skip("METHOD"):
            raise self.error(f"SOLVE {block} without METHOD is not supported; cnexp is", token.line)
        method = self.name("METHOD").text
        if method != "cnexp":
            raise self.error(f"METHOD {method} is not supported; cnexp is", token.line)
        return syntax.Solve(block, token.line)

    def _if(self) -> syntax.If:
        self.expect("(", "if")
        condition = self.expression()
        self.expect(")", "a condition")
        yes, no = self.block("if"), ()
        if self.at("else", "ELSE"):
            self.take()
            no = (self._if(),) if self.at("if", "IF") and self.take() else self.block("else")
        return syntax.If(condition, yes, no)
