"""What states, outcomes and yes/no are called in exports, and what they mean to us. Data and look-ups only."""

from trueup.reconcile.recognise.claim import NOTHING
from trueup.reconcile.recognise.names import fold

_COMPLETED = (
    "completed|complete|completion|finished|done|fulfilled|satisfied|attended|awarded|issued|true|yes|y|1|c|comp|cmpl|"
    "abgeschlossen|beendet|absolviert|erledigt|fertig|terminé|achevé|complété|finalizado|completado|terminado|completato|"
    "concluído|concluída|completado|voltooid|afgerond|ukończono|ukończone|zakończone|slutförd|avslutad|gennemført|fuldført|"
    "afsluttet|完了|修了|受講完了|已完成|完成|완료|완료함|مكتمل|اكتمل|завершено|выполнено|ja|oui|sí|sì|si|sim|tak|是|是的|نعم|да"
)
_PASSED = (
    "passed|pass|p|success|successful|succeeded|mastered|completed (achieved pass grade)|completed passed|complete passed|"
    "bestanden|réussi|reçu|aprobado|superado|superato|promosso|aprovado|geslaagd|zaliczone|zdane|godkänd|bestået|合格|已通过|通过|及格|합격|ناجح|сдано"
)
_FAILED = (
    "failed|fail|f|unsuccessful|not passed|completed (did not achieve pass grade)|did not pass|completed failed|nicht bestanden|"
    "durchgefallen|échoué|échec|non réussi|suspenso|no aprobado|reprobado|no superado|non superato|bocciato|reprovado|gezakt|"
    "niet geslaagd|niezaliczone|niezdane|underkänd|ikke bestået|不合格|未通过|不及格|불합격|راسب|не сдано"
)
_VOIDED = (
    "voided|void|revoked|cancelled|canceled|withdrawn|deleted|removed|annulled|invalidated|expired void|storniert|widerrufen|"
    "annulliert|annulé|révoqué|anulado|revocado|annullato|revocato|cancelado|ingetrokken|geannuleerd|anulowane|unieważnione|"
    "återkallad|annulleret|無効|取消|撤销|作废|已撤销|취소|ملغى|отменено"
)
_LAUNCHED = (
    "launched|launch|started|opened|initialized|initialised|begun|gestartet|begonnen|lancé|démarré|iniciado|comenzado|avviato|"
    "gestart|rozpoczęte|startad|påbörjad|startet|開始|已开始|已启动|시작|بدأ|начато"
)
_UNFINISHED = (
    "not completed|incomplete|not complete|in progress|inprogress|not started|notstarted|not attempted|enrolled|registered|"
    "assigned|pending|unknown|open|active|invited|approved|waitlisted|overdue|n|no|false|0|browsed|not yet|pas terminé|"
    "non terminé|en cours|non commencé|inscrit|nicht abgeschlossen|in bearbeitung|nicht begonnen|eingeschrieben|offen|"
    "no finalizado|no completado|en curso|en progreso|no iniciado|inscrito|non completato|in corso|non iniziato|iscritto|"
    "não concluído|por concluir|em andamento|em curso|não iniciado|niet voltooid|bezig|niet gestart|nieukończone|w trakcie|"
    "ej slutförd|pågår|ej påbörjad|ikke gennemført|i gang|未完成|进行中|未开始|未完了|受講中|未着手|미완료|진행 중|لم يكتمل|قيد التقدم|не выполнено|"
    "nein|non|não|nie|nee|nej|否|不|لا|нет"
)
_ACCEPTED = "accepted|ok|success|successful|succeeded|sent|delivered|created|updated|done|imported|synced|stored|written|complete|completed|akzeptiert|erfolgreich|angenommen|accepté|réussi|aceptado|éxito|accettato|aceito|geaccepteerd|成功|已接受"
_REJECTED = "rejected|invalid|refused|denied|validation error|validation failed|bad request|unprocessable|conflict|not accepted|abgelehnt|rejeté|refusé|rechazado|rifiutato|rejeitado|geweigerd|拒绝|已拒绝"
_THROTTLED = "throttled|rate limited|rate-limited|ratelimited|rate limit|rate limit exceeded|too many requests|429|gedrosselt|limité|limitado"
_ERROR = "error|failed|failure|fail|exception|server error|timeout|timed out|time-out|unavailable|network error|crashed|Fehler|fehlgeschlagen|erreur|échec|échoué|fallido|fallo|errore|fallito|erro|falhou|fout|mislukt|失败|错误"
_SKIPPED = "skipped|skip|ignored|filtered|not sent|unchanged|no change|duplicate|übersprungen|ignoriert|ignoré|sauté|omitido|ignorado|saltato|overgeslagen|跳过|忽略"
_YES = "true|yes|y|1|t|on|x|ja|oui|sí|sì|si|sim|tak|ano|да|是|是的|对|はい|예|نعم"
_NO = "false|no|n|0|f|off|nein|non|não|nao|nee|nej|nie|ne|нет|否|不|いいえ|아니오|لا"


def _table(**meanings: str) -> dict[str, str]:
    return {fold(word): meaning for meaning, words in meanings.items() for word in words.split("|")}


_STATUSES = _table(completed=_COMPLETED, voided=_VOIDED, launched=_LAUNCHED) | _table(
    passed=_PASSED, failed=_FAILED
)
_NOT_YET = frozenset(fold(word) for word in _UNFINISHED.split("|"))
_OUTCOMES = _table(
    accepted=_ACCEPTED, rejected=_REJECTED, throttled=_THROTTLED, error=_ERROR, skipped=_SKIPPED
)
_YES_NO = {fold(word): True for word in _YES.split("|")} | {fold(word): False for word in _NO.split("|")}


def status(word: str) -> str | None:
    """completed, passed, failed, voided or launched; None where the word is none of them.

    >>> status("Abgeschlossen"), status("not completed"), status("?")
    ('completed', None, None)
    """
    return _STATUSES.get(fold(word)) if fold(word) not in _NOT_YET else None


def status_verdict(cell: str | None) -> str | None:
    """Whether a row with this status is a completion (None), nothing yet (NOTHING) or can't be told.

    A blank status is left for the check to find: silence is not "not completed".
    """
    if cell is None or not cell.strip() or status(cell) is not None:
        return None
    if fold(cell) in _NOT_YET:
        return NOTHING
    return "a status that is not known"


def outcome(word: str) -> str | None:
    """accepted, rejected, throttled, error or skipped; None where the word is none of them."""
    return _OUTCOMES.get(fold(word))


def outcome_verdict(cell: str | None) -> str | None:
    """Whether an attempt with this outcome can be used; a blank one is left for the check to find."""
    if cell is None or not cell.strip() or outcome(cell) is not None:
        return None
    return "an outcome that is not known"


def yes_no(word: str) -> bool | None:
    """Yes or no in the languages that exports use; None where it is neither.

    >>> yes_no("Sí"), yes_no("Nein"), yes_no("perhaps")
    (True, False, None)
    """
    return _YES_NO.get(fold(word))


def flag(word: str) -> str | None:
    """Answers "true" or "false"; the word itself where it is neither, so that the check can name it."""
    answer = yes_no(word)
    return word if answer is None else str(answer).lower()
