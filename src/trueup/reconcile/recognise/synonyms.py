"""What people and systems call our columns, in many languages. Data only; knows no file and no rule.

Compared by `names.fold`: case, accents, blanks and punctuation don't count, so "Employee ID",
"employee_id" and "EmployeeId" are one entry. `STRONG` words mean one thing; `WEAK` words are taken
only where nothing better in the file claims the column.
"""


def _words(*lines: str) -> tuple[str, ...]:
    """The words of lines in which "|" parts them; one line a language or a family of systems."""
    return tuple(word.strip() for line in lines for word in line.split("|") if word.strip())


NUMBER = _words(
    "employee number|employee no|employee nr|emp no|emp number|empno|employee id|emp id|empid|employee code|emp code",
    "personnel number|personnel no|personnel id|pers no|persno|pernr|staff number|staff no|staff id|staff code",
    "payroll number|payroll id|payroll no|badge id|badge number|badge no|badge|worker id|worker number|clock number",
    "associate id|hr id|hris id|employee identifier|employeenumber|id number|employee#|emp#",
    "Personalnummer|Personal-Nr.|PersNr|Mitarbeiternummer|Mitarbeiter-ID|Mitarbeiter-Nr.|MA-Nummer|ID-Nummer|Stammnummer",
    "matricule|numéro de matricule|n° matricule|numéro d'employé|numéro employé|numéro d'identification|matricule salarié",
    "número de empleado|n.º de empleado|nº empleado|código de empleado|legajo|número de ID|número de personal",
    "matricola|numero matricola|numero dipendente|codice dipendente|codice identificativo",
    "número de funcionário|matrícula|número mecanográfico|número do colaborador|número de identificação (ID)",
    "personeelsnummer|werknemersnummer|medewerkernummer|Nummer (ID)|stamnummer",
    "numer pracownika|nr pracownika|numer ewidencyjny|numer kadrowy|identyfikator pracownika",
    "anställningsnummer|personalnr|medarbetarnummer|ID nummer",
    "medarbejdernummer|medarbejder-id|lønnummer|ansattnummer",
    "工号|员工编号|员工号|职工号|学号|人员编号|社員番号|従業員番号|職員番号|IDナンバ|사번|직원번호",
    "الرقم الوظيفي|رقم الموظف|رقم المُعرَّف|табельный номер|номер сотрудника|Индивидуальный номер",
)
MAIL = _words(
    "email|e-mail|email address|e-mail address|mail|mail address|work email|work e-mail|business email|company email",
    "corporate email|primary email|user email|learner email|employee email|student email|email id|emailaddress|upn",
    "E-Mail-Adresse|E-Mail (geschäftlich)|Mailadresse|dienstliche E-Mail|adresse de courriel|courriel|adresse e-mail",
    "adresse électronique|adresse mail|correo|correo electrónico|dirección de correo|dirección de correo electrónico",
    "indirizzo email|indirizzo e-mail|posta elettronica|endereço de e-mail|endereço de correio eletrónico|e-mailadres",
    "adres e-mail|adres email|E-postadress|e-post|e-mailadresse|emailadresse",
    "电子邮件|电子邮件地址|邮箱|电子邮箱|メールアドレス|電子メール|Eメール|이메일|이메일 주소",
    "البريد الإلكتروني|عنوان البريد الإلكتروني|بريد إلكتروني|электронная почта|Адрес электронной почты",
)
ACCOUNT = _words(
    "account name|username|user name|login|login name|login id|user login|user id|userid|user|lms user|lms user id",
    "account|account id|network id|sso id|learner id|learnerid|student id|studentid|learner|uid|samaccountname",
    "Anmeldename|Benutzername|Benutzerkennung|Benutzer-ID|Kennung|Nutzername|identifiant|nom d'utilisateur",
    "nombre de usuario|usuario|id de usuario|nome utente|utente|nome de utilizador|nome de usuário|utilizador",
    "gebruikersnaam|gebruiker|nazwa użytkownika|użytkownik|användarnamn|användare|brugernavn|bruger|brukernavn",
    "用户名|账号|用户|ユーザー名|ユーザ名|アカウント|사용자 이름|اسم المستخدم|логин|имя пользователя",
)
ISSUER = _words(
    "account issuer|issuer|home page|homepage|account homepage|account system|identity provider|idp|realm|tenant",
    "Aussteller|Herausgeber|émetteur|emisor|emittente|emissor|uitgever|wystawca|utfärdare|udsteder|发行者|発行者",
)
FIRST = _words(
    "first name|firstname|given name|givenname|forename|legal first name|preferred first name|employee first name",
    "Vorname|Rufname|prénom|nombre de pila|nombre|nombres|nome|primeiro nome|nome próprio|voornaam|imię|förnamn|fornavn",
    "名|名字|ファーストネーム|이름|الاسم الأول|имя",
)
LAST = _words(
    "last name|lastname|surname|family name|familyname|legal last name|employee last name|sn",
    "Nachname|Familienname|Zuname|nom de famille|nom|apellido|apellidos|apellido(s)|cognome|apelido|sobrenome",
    "achternaam|nazwisko|efternamn|efternavn|etternavn|姓|姓氏|ラストネーム|성|الاسم الأخير|اسم العائلة|фамилия",
)
DEPARTMENT = _words(
    "department|dept|department name|division|org unit|organizational unit|organisation unit|business unit|team|cost center name",
    "Abteilung|Bereich|Organisationseinheit|département|service|departamento|área|dipartimento|reparto|afdeling",
    "dział|wydział|avdelning|部门|系别|部署|部門|부서|القسم|الإدارة|отдел",
)
CITY = _words(
    "city|town|city/town|work city|location city|site city|Stadt|Ort|Dienstort|ville|ciudad|città|cidade|plaats|stad",
    "miasto|ort|by|城市|市/县|都市|市区町村|도시|المدينة|город",
)
COURSE = _words(
    "course id|courseid|course code|course number|course no|course key|course idnumber|course ID number|course identifier",
    "training id|training code|training object id|learning object id|object id|lo id|loid|item id|item code|itemid",
    "module id|module code|content id|curriculum id|class id|activity id|learning id|learning activity id|sku",
    "Kurs-ID|Kursnummer|Kurskürzel|Kurs-Nr.|Seminarnummer|Schulungs-ID|Trainings-ID|Lerninhalt-ID|code du cours",
    "identifiant du cours|code formation|id formation|N° d'identification du cours|código del curso|código de curso|id del curso",
    "Número ID del curso|codice corso|id corso|Codice identificativo del corso|código do curso|id do curso|Código da disciplina",
    "cursuscode|cursus-id|kod kursu|id kursu|kurskod|kurs-id|kursuskode|kursus-id",
    "课程编号|课程代码|课程ID|コースID|コースコード|講座コード|コースIDナンバ|강좌 ID|رمز الدورة|مُعرَّف المقرر|код курса",
)
COURSE_WEAK = _words(
    "course|course name|course title|course short name|course shortname|training|training title|title|item|module|class",
    "training course|training name|training event|learning content|learning item|learning course|course offering",
    "Kurs|Kursname|Kurzer Kursname|Schulung|Training|cours|nom du cours|formation|curso|nombre del curso|nombre corto del curso",
    "corso|titolo del corso|titolo abbreviato|nome do curso|disciplina|cursus|kurs|nazwa kursu|kursus|课程|课程名称|课程简称|コース|コース名|강좌|الدورة|المقرر|курс",
)
COMPLETED_AT = _words(
    "completed at|completed on|completion date|completion time|completion datetime|date completed|time completed|completed date",
    "finished on|date finished|done on|date done",
    "completion timestamp|completed|date of completion|complete date|completed time|finished at|finish date|end of training",
    "timecompleted|datecompleted|completiondate|learning completed date|training completed|transcript completed date",
    "abgeschlossen am|Abschlussdatum|Datum des Abschlusses|Zeit abgeschlossen|Fertiggestellt am|Abschlusszeitpunkt|absolviert am",
    "date d'achèvement|date de fin|date de complétion|terminé le|achevé le|date de réalisation|fecha de finalización",
    "fecha de término|completado el|finalizado el|fecha de compleción|data di completamento|completato il|data completamento",
    "data de conclusão|data da conclusão|concluído em|voltooiingsdatum|voltooid op|afgerond op|data ukończenia|ukończono",
    "slutförandedatum|slutförd|slutförd datum|gennemført dato|afsluttet|fuldført dato|fullført dato",
    "完成日期|完成时间|修了日|完了日|完了日時|受講完了日|완료일|이수 날짜|تاريخ الإكمال|تاريخ الإتمام|дата завершения",
)
COMPLETED_AT_WEAK = _words(
    "date|timestamp|datetime|time|occurred at|event time|Datum|Zeitpunkt|fecha|data|horodatage|datum|dato|日期|日時|날짜|التاريخ|дата"
)
STATUS = _words(
    "result|course result|Ergebnis|résultat|resultado|risultato|resultaat|结果|結果",
    "status|completion status|course status|training status|state|completion state|result status|transcript status",
    "enrollment status|enrolment status|lesson status|learning status|Abschlussstatus|Kursstatus|Zustand|statut|état",
    "statut d'achèvement|estado|estado de finalización|stato|stato completamento|situação|estado da conclusão",
    "toestand|status ukończenia|stan|slutförandestatus|状态|完成状态|ステータス|状態|상태|الحالة|статус|состояние",
)
STATUS_WEAK = _words(
    "outcome|passed|success|pass/fail|pass fail|done|finished|is complete|Ergebnisstatus|result|Ergebnis|résultat|resultado|risultato|resultaat|结果|結果"
)
SCORE = _words(
    "score|grade|mark|marks|final score|final grade|points|test score|quiz score|percent score|score percent|rating|raw score",
    "score raw|grade value|course grade|overall score|Punkte|Punktzahl|Bewertung|Note|Ergebnis (Punkte)|score obtenu",
    "note finale|note obtenue|puntuación|calificación|nota|nota final|puntos|punteggio|voto|valutazione|pontuação|classificação",
    "avaliação|cijfer|beoordeling|punten|wynik|ocena|punkty|poäng|betyg|karakter|point|resultat",
    "分数|成绩|得分|点数|評点|評価|スコア|점수|성적|الدرجة|العلامة|النتيجة|оценка|балл|баллы",
)
SCORE_WEAK = _words("result|Ergebnis|résultat|resultado|risultato|resultaat|结果|結果")
SCALE = _words(
    "scale|scale id|grading scale|score scale|rating scale|grade scale|scale name|Skala|Bewertungsskala|Notenskala",
    "barème|échelle|escala|escala de calificación|scala|scala di valutazione|schaal|skala|skala ocen|betygsskala",
    "量表|评分标准|等级|尺度|評価尺度|척도|المقياس|шкала",
)
ENROLLED_AT = _words(
    "enrolled at|enrolled on|enrolment date|enrollment date|enroled at|time enrolled|date enrolled|registration date|registered at",
    "registered on|assigned date|assigned on|start date|started at|started on|time started|date started|timestarted|timeenrolled",
    "Einschreibedatum|eingeschrieben am|Anmeldedatum|Zeit eingeschrieben|date d'inscription|inscrit le|fecha de inscripción",
    "fecha de matriculación|data di iscrizione|data de inscrição|inschrijfdatum|data zapisu|registreringsdatum|tilmeldingsdato",
    "注册时间|选课时间|登録日|登録日時|등록일|تاريخ التسجيل|дата зачисления",
)
UPDATED_AT = _words(
    "updated at|updated on|last updated|last updated at|last modified|last modified at|last modified date|modified at|modified on",
    "modified|updated|revision date|changed at|change date|last update|date modified|lastmodified|timemodified|timestamp updated",
    "geändert am|aktualisiert am|letzte Änderung|Änderungsdatum|modifié le|mis à jour le|dernière modification|actualizado el",
    "fecha de actualización|última modificación|aggiornato il|ultima modifica|atualizado em|bijgewerkt op|gewijzigd op",
    "data modyfikacji|zaktualizowano|ändrad|uppdaterad|ændret|opdateret|更新时间|修改时间|更新日時|수정일|تاريخ التحديث|дата изменения",
)
RECORD = _words(
    "record id|recordid|completion id|completion record id|learning record id|transcript id|transcript item id|statement id",
    "learning history id|source record id|source id|lms record id|external id|externalid|registration id|lms id|event id|entry id",
    "Datensatz-ID|Datensatznummer|Abschluss-ID|id enregistrement|identifiant de l'enregistrement|id de registro|id del registro",
    "id record|id registrazione|id do registo|id do registro|record-id|id rekordu|post-id|记录编号|记录ID|レコードID|기록 ID|معرف السجل|id записи",
)
TAGS = _words(
    "tags|competency tags|skills|skill tags|competencies|keywords|Schlagwörter|Kompetenzen|étiquettes|compétences|etiquetas",
    "competencias|etichette|competenze|competências|trefwoorden|competenties|tagi|umiejętności|taggar|标签|タグ|태그|العلامات|теги",
)

STRONG: dict[str, dict[str, tuple[str, ...]]] = {
    "completions": {
        "record_id": RECORD,
        "revision": _words(
            "revision|rev|version|record version|revision number|Revision|révision|revisión|revisione|版本|版|버전"
        ),
        "source": _words(
            "source|source system|lms|lms name|system|origin system|platform|Quelle|Quellsystem|source système|fuente|sistema|fonte|bron|źródło|källa|kilde|来源|ソース|المصدر|источник"
        ),
        "account_issuer": ISSUER,
        "account_name": ACCOUNT,
        "employee_number": NUMBER,
        "email": MAIL,
        "course_id": COURSE,
        "attempt": _words(
            "attempt|attempt number|attempt no|try|number of attempt|Versuch|tentative|intento|tentativo|tentativa|poging|próba|försök|forsøg|尝试|受験回数|시도|المحاولة|попытка"
        ),
        "status": STATUS,
        "completed_at": COMPLETED_AT,
        "enrolled_at": ENROLLED_AT,
        "score": SCORE,
        "scale": SCALE,
        "tags": TAGS,
        "updated_at": UPDATED_AT,
    },
    "sync": {
        "run_id": _words(
            "run id|sync run|sync run id|sync id|job id|job run id|execution id|integration run|process id|correlation run|run|Lauf|Lauf-ID|id exécution|id de ejecución|id esecuzione"
        ),
        "record_id": _words(
            "record id|recordid|source record id|completion id|external id|item id|message key|key|object id|entity id|Datensatz-ID"
        ),
        "target": _words(
            "target|target system|destination|destination system|receiver|endpoint|url|Ziel|Zielsystem|cible|destino|destinazione"
        ),
        "attempt_at": _words(
            "attempt at|attempted at|attempt time|sent at|send time|timestamp|ts|time|logged at|log time|request time|requested at|date time|datetime|created at|Zeitpunkt|gesendet am|horodatage|fecha y hora|data e ora"
        ),
        "attempt": _words(
            "attempt|attempt number|attempt no|try|try number|retry|retry count|retries|Versuch|tentative|intento|tentativo"
        ),
        "outcome": _words(
            "outcome|result|status|delivery status|sync status|response|disposition|Ergebnis|résultat|resultado|esito|statut|estado"
        ),
        "http_status": _words(
            "http status|http code|http status code|status code|response code|response status|code|HTTP-Status|code http|código http"
        ),
        "request_id": _words(
            "request id|x request id|correlation id|trace id|transaction id|Anfrage-ID|id requête"
        ),
        "retry_after": _words("retry after|retry-after|retry after seconds|backoff|wait seconds"),
        "batch": _words("batch|batch id|batch number|batch no|chunk|Stapel|lot|lote|lotto"),
        "page": _words("page|page number|page no|page index|Seite|página|pagina"),
        "limit": _words("limit|page limit|page size|batch limit|max records|per page|batch size"),
        "payload": _words(
            "payload|request body|body|data|message|sent|request payload|json|Nutzlast|charge utile"
        ),
        "run_started_at": _words(
            "run started at|run start|run started|job started at|started at|start time|sync started at|job start"
        ),
        "run_ended_at": _words(
            "run ended at|run end|run ended|run finished at|job ended at|ended at|end time|finished at|sync ended at|job end"
        ),
    },
    "reviews": {
        "review_record_id": _words(
            "review record id|review id|review item id|evidence id|review entry id|evaluation id|appraisal id|review row id|Beurteilungs-ID"
        ),
        "record_id": _words(
            "record id|source record id|completion id|lms record id|external id|source id|external reference|external record id|reference"
        ),
        "person": _words(
            "person|person id|reviewee|reviewee id|subject|subject id|pseudonym|employee|worker|person key|appraisee|Beurteilte|Mitarbeiter|collaborateur|empleado|dipendente|colaborador|medewerker|pracownik|anställd|medarbejder|员工|社員|従業員|직원|الموظف|сотрудник"
        )
        + NUMBER,
        "course_id": COURSE,
        "completed_at": COMPLETED_AT,
        "score": SCORE,
        "scale": SCALE,
        "scale_version": _words(
            "scale version|version of scale|scale revision|Skalenversion|version du barème|versión de escala"
        ),
        "competency": _words(
            "competency|competency id|competence|skill|skill id|competency code|Kompetenz|Kompetenz-ID|compétence|competencia|competenza|competência|competentie|kompetencja|kompetens|kompetence|能力|コンピテンシー|역량|الكفاءة|компетенция"
        ),
        "label": _words(
            "label|competency label|competency name|skill name|display name|Bezeichnung|libellé|etiqueta|etichetta|标签|ラベル"
        ),
        "cycle": _words(
            "cycle|review cycle|cycle id|review period|appraisal cycle|period|performance cycle|quarter|Zyklus|Beurteilungszeitraum|Beurteilungszyklus|cycle d'évaluation|ciclo|ciclo de evaluación|ciclo di valutazione|cyclus|cykl|cykel|周期|评估周期|サイクル|評価期間|주기|الدورة التقييمية|цикл"
        ),
        "received_at": _words(
            "received at|received on|imported at|import date|synced at|created at|date received|loaded at|ingested at|recorded at|empfangen am|importiert am|reçu le|recibido el|ricevuto il|recebido em|ontvangen op|接收时间|受信日時"
        ),
    },
    "people": {
        "person_id": _words(
            "person id|person uuid|uuid|person guid|guid|employee uuid|worker uuid|global id|global person id|person identifier|Personen-ID|identifiant personne|id persona|id de persona|人员ID|個人ID"
        ),
        "employee_number": NUMBER,
        "former_numbers": _words(
            "former numbers|former number|former employee numbers|former employee number|former employee no|previous employee number|previous employee numbers|previous numbers|old employee number|previous employee id|former ids|frühere Personalnummern|alte Personalnummer|anciens matricules|números anteriores"
        ),
        "email": MAIL,
        "aliases": _words(
            "aliases|email aliases|other emails|alternate emails|secondary email|alternative email|proxy addresses|personal email|home email|weitere E-Mail-Adressen|autres adresses|otros correos"
        ),
        "first_name": FIRST,
        "last_name": LAST,
        "former_last_names": _words(
            "former last names|former last name|former surname|previous surname|maiden name|birth name|previous last name|former name|Geburtsname|früherer Nachname|nom de naissance|nom de jeune fille|apellido de soltera|cognome da nubile"
        ),
        "hired_on": _words(
            "hired on|hire date|date hired|date of hire|date joining|date of joining|joining date|start date|employment start|employment start date|date joined|original hire date|hiredate|entry date|Eintrittsdatum|Einstellungsdatum|Eintritt|date d'embauche|date d'entrée|fecha de contratación|fecha de ingreso|fecha de alta|data di assunzione|data de admissão|data de contratação|datum in dienst|data zatrudnienia|anställningsdatum|ansættelsesdato|入职日期|入社日|입사일|تاريخ التعيين|дата приема"
        ),
        "left_on": _words(
            "left on|leave date|leaving date|termination date|date left|end date|employment end|employment end date|exit date|last day|last working day|relieving date|Austrittsdatum|Austritt|date de sortie|date de départ|fecha de baja|fecha de salida|data di cessazione|data de saída|data de desligamento|datum uit dienst|data zwolnienia|slutdatum|fratrædelsesdato|离职日期|退職日|퇴사일|تاريخ المغادرة|дата увольнения"
        ),
        "department": DEPARTMENT,
        "city": CITY,
    },
    "accounts": {
        "account_issuer": (*ISSUER, "source", "source system", "system", "lms", "platform"),
        "account_name": ACCOUNT,
        "employee_number": NUMBER,
        "email": MAIL,
        "first_name": FIRST,
        "last_name": LAST,
        "department": DEPARTMENT,
        "city": CITY,
        "created_at": _words(
            "created at|created on|time created|date created|creation date|account created|created|timecreated|Erstellungsdatum|Erstellt am|date de création|fecha de creación|hora de creación|data di creazione|data de criação|aangemaakt op|data utworzenia|skapad|oprettet|创建时间|创建的时间|作成日時|생성일|تاريخ الإنشاء|дата создания"
        ),
        "suspended": _words(
            "suspended|is suspended|disabled|locked|blocked|inactive|deactivated|gesperrt|gesperrtes Nutzerkonto|deaktiviert|suspendu|compte suspendu|suspendido|cuenta suspendida|sospeso|suspenso|geschorst|zawieszony|spärrad|suspenderet|已停用|停用|一時停止|정지|موقوف|заблокировано"
        ),
    },
    "competencies": {
        "framework": _words(
            "framework|framework id|taxonomy|catalogue|catalog|competency framework|Rahmenwerk|Kompetenzrahmen|référentiel|marco|marco de competencias|quadro|raamwerk|ramverk|框架|フレームワーク|الإطار"
        ),
        "version": _words(
            "version|framework version|release|Version|versión|versione|versão|versie|wersja|版本|バージョン|버전|الإصدار|версия"
        ),
        "id": _words(
            "id|competency id|competence id|skill id|identifier|code|competency code|skill code|item id|Kompetenz-ID|identifiant|identificador|identificatore|标识|識別子"
        ),
        "label": _words(
            "label|name|title|competency|competency name|skill|skill name|preferred label|short name|Bezeichnung|Name|Kurzname|libellé|intitulé|nombre|etichetta|nome|naam|nazwa|namn|navn|名称|名前|이름|الاسم|название"
        ),
        "language": _words(
            "language|lang|locale|Sprache|langue|idioma|lingua|língua|taal|język|språk|sprog|语言|言語|언어|اللغة|язык"
        ),
        "status": _words("status|state|lifecycle|Status|Zustand|statut|estado|stato|状态|状態|ステータス"),
        "replaced_by": _words(
            "replaced by|superseded by|successor|successor id|replacement|is replaced by|ersetzt durch|Nachfolger|remplacé par|reemplazado por|sostituito da|substituído por|vervangen door|替代|後継"
        ),
        "aliases": _words(
            "aliases|alias|alternative labels|alt labels|synonyms|other tags|Synonyme|alias|sinónimos|sinonimi|别名|別名"
        ),
    },
    "scales": {
        "scale": (*SCALE, "name"),
        "version": _words("version|scale version|Version|versión|versione|版本"),
        "min": _words("min|minimum|lowest|min score|from|Minimum|mínimo|minimo|最小"),
        "max": _words("max|maximum|highest|max score|to|Maximum|máximo|massimo|最大"),
        "step": _words("step|increment|granularity|Schritt|pas|paso|passo|步长"),
        "points": _words(
            "points|matrix|conversion|mapping|conversion table|map|Punkte|Umrechnung|conversión|conversione"
        ),
        "rounding": _words("rounding|round|rounding mode|Rundung|arrondi|redondeo|arrotondamento"),
    },
    "cycles": {
        "cycle": _words(
            "cycle|review cycle|cycle id|name|period|quarter|Zyklus|ciclo|cycle d'évaluation|周期|サイクル"
        ),
        "opens_at": _words(
            "opens at|opens|open date|start|starts at|start date|window start|period start|valid from|Beginn|Start|début|inicio|inizio|início|开始|開始"
        ),
        "cutoff_at": _words(
            "cutoff at|cut-off at|cutoff|cut off|cut-off|cutoff date|cut-off date|deadline|closes at|close date|end date|window end|period end|Stichtag|date limite|date butoir|fecha de corte|fecha límite|scadenza|data limite|截止|締切"
        ),
        "grace_until": _words(
            "grace until|grace|grace period|grace end|grace period end|Nachfrist|période de grâce|periodo de gracia|宽限"
        ),
        "frozen_at": _words(
            "frozen at|freeze|freeze date|freeze at|locked at|lock date|eingefroren am|gel|congelación|冻结"
        ),
        "zone": _words(
            "zone|time zone|timezone|tz|Zeitzone|fuseau horaire|zona horaria|fuso orario|fuso horário|tijdzone|时区|タイムゾーン"
        ),
        "sla_hours": _words("sla hours|sla|sla (hours)|sla in hours|SLA-Stunden|heures sla|horas sla"),
    },
    "consents": {
        "person": (
            *_words(
                "person|person id|subject|data subject|subject id|employee|user|betroffene Person|personne|persona|pessoa|本人"
            ),
            *NUMBER,
            *MAIL,
        ),
        "purpose": _words(
            "purpose|processing purpose|purpose of processing|Zweck|Verarbeitungszweck|finalité|finalidad|finalità|finalidade|doel|cel|syfte|formål|目的|الغرض|цель"
        ),
        "basis": _words(
            "basis|legal basis|lawful basis|ground|Rechtsgrundlage|base légale|base jurídica|base legal|base giuridica|rechtsgrond|podstawa prawna|rättslig grund|法律依据|法的根拠"
        ),
        "granted_at": _words(
            "granted at|granted on|consent date|consented at|given at|consent given|valid from|erteilt am|accordé le|otorgado el|concesso il|concedido em|授予时间|同意日"
        ),
        "withdrawn_at": _words(
            "withdrawn at|withdrawn on|withdrawn|revoked at|revoked on|withdrawal date|opt out date|widerrufen am|retiré le|retirado el|revocado el|revocato il|撤回时间|撤回日"
        ),
    },
    "grants": {
        "account": _words(
            "account|service account|connector|client|client id|principal|integration user|technical user|Dienstkonto|Konto|compte|compte de service|cuenta|cuenta de servicio|账户"
        ),
        "scope": _words(
            "scope|permission|endpoint|right|capability|privilege|api scope|resource|Berechtigung|Recht|autorisation|permiso|permesso|permissão|权限|スコープ"
        ),
        "granted": _words(
            "granted|is granted|allowed|has|assigned|erteilt|accordé|concedido|concesso|已授予|付与"
        ),
        "needed": _words(
            "needed|is needed|required|needs|benötigt|nécessaire|necesario|necessario|需要|必要"
        ),
        "last_used_at": _words(
            "last used at|last used|last use|last used on|used at|zuletzt benutzt|dernière utilisation|último uso|ultimo uso|最后使用|最終使用"
        ),
    },
    "policy": {
        "purpose": _words("purpose|Zweck|finalité|finalidad|finalità|目的"),
        "role": _words("role|audience|viewer|viewer role|Rolle|rôle|rol|ruolo|角色|ロール"),
        "field": _words(
            "field|attribute|data field|column|property|Feld|Datenfeld|champ|campo|veld|字段|項目"
        ),
        "allowed": _words(
            "allowed|permitted|may|visible|is allowed|erlaubt|zulässig|autorisé|permitido|consentito|toegestaan|允许|許可"
        ),
        "retention_days": _words(
            "retention days|retention|retention period|keep days|days to keep|Aufbewahrung (Tage)|Aufbewahrungsfrist|durée de conservation|días de retención|giorni di conservazione|保留天数"
        ),
    },
}

WEAK: dict[str, dict[str, tuple[str, ...]]] = {
    "completions": {
        "record_id": ("id",),
        "course_id": COURSE_WEAK,
        "completed_at": COMPLETED_AT_WEAK,
        "status": STATUS_WEAK,
        "score": SCORE_WEAK,
        "account_name": ("person", "employee", "participant", "trainee"),
    },
    "sync": {"record_id": ("id", "record", "reference"), "attempt_at": ("date",), "limit": ("max",)},
    "reviews": {
        "review_record_id": ("id",),
        "person": (*MAIL, *ACCOUNT),
        "course_id": COURSE_WEAK,
        "completed_at": COMPLETED_AT_WEAK,
        "score": SCORE_WEAK,
        "received_at": UPDATED_AT,
    },
    "people": {
        "person_id": ("id", "hr id", "hris id", "user id", "worker id", "external id"),
        "city": ("location", "site", "office"),
    },
    "accounts": {"account_name": ("id", "lms id", "name"), "city": ("location",)},
    "competencies": {"id": ("tag",), "label": ("description",)},
    "scales": {"scale": ("id",)},
    "cycles": {"cycle": ("id",), "cutoff_at": ("end", "closes", "Ende", "fin", "fine")},
    "consents": {"person": ACCOUNT},
    "grants": {},
    "policy": {},
}
