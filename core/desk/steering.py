"""How words try to steer a desk, in five languages. Data; `suspicion` reads it.

A pattern of `WORDS` is looked for in folded text (lower case, no accents, look-alike letters replaced) with its blanks,
one of `RUNS` in the same text with nothing between its letters: for languages that set no blanks, and against words
that are spaced out. No pattern asks what must not follow or where the text ends, so more text never means fewer signs.
"""

POINTS: dict[str, int] = {
    "override": 3,
    "role": 3,
    "posing": 3,
    "fields": 3,
    "tools": 3,
    "leak": 3,
    "frame": 3,
    "secrecy": 2,
    "reply": 2,
    "hidden": 2,
    "lookalikes": 2,
    "encoded": 2,
    "trade": 1,
    "urgency": 1,
    "address": 1,
}
"""What each sign weighs."""

_EARLIER = r"(?:all|any|every|each|of|the|your|these|those|my|previous|prior|earlier|above|preceding|other|and|\W)*"
_TOLD = r"(?:instructions?|prompts?|guidelines?|directives?|guardrails?|safeguards?|briefing|veto(?:es)?|verifier)"
_CURBS = r"(?:rules?|limits?|checks?|gate|restrictions?|stop.?loss|kill switch|risk (?:manager|desk|limits?|checks?))"
_YOURS = r"(?:your|the desk.?s?|this desk.?s?|our)"
_SECRETS = r"(?:account|api.?keys?|passwords?|credentials|secrets?|tokens?|prompts?|instructions|briefing|positions)"

WORDS: dict[str, tuple[str, ...]] = {
    "override": (
        rf"\b(?:ignore|disregard|forget|do not follow|stop following|pay no attention to) {_EARLIER}{_TOLD}\b",
        rf"\b(?:ignore|disregard|forget|bypass|override) (?:all|any|every|your|these|those) {_EARLIER}(?:{_CURBS})",
        r"\b(?:override|bypass|disable|switch off|turn off|skip|waive) (?:the |your |any |all )?"
        r"(?:verifier|gate|(?<!the )veto|risk (?:limits?|checks?)|position limits?|kill switch|guardrails|sizing)\b",
        r"\b(?:limits?|checks?|vetoes|rules|safeguards) (?:are|is|have been|has been) (?:now )?"
        r"(?:lifted|waived|suspended|disabled|switched off)\b.{0,40}\b(?:you|desk|verifier|model|approve)",
        r"\b(?:ignor[aeo]d?|olvid[ae]d?|descart[ae]|desobedece|no sigas|pas[ae] por alto|haz caso omiso|salt[ae]te)"
        r"\b.{0,30}\b(?:instruccion(?:es)?|indicaciones|reglas|ordenes anteriores|limites|veto|verificador|prompt)\b",
    ),
    "role": (
        r"(?:^|[.!?|(›:;] ?|\b(?:new|begin|end) )(?:system|assistant|developer|user|human)"
        r"(?: ?prompt| ?message)? ?[:)›]",
        r"\bsystem (?:prompt|message|override|instruction|notice) ?[:)›-]",
        r"#{2,} ?(?:instructions?|system|response|human|assistant|user)\b",
        r"\b(?:you are now|from now on,? you|you will now act)\b",
        r"\bact as (?:the|my|our) (?:verifier|commander|system|desk)\b",
        r"\b(?:your|a) new (?:role|task|instructions?|orders|objective) (?:is|are)\b",
        r"\b(?:dear|attention|hey|hello),? (?:ai|model|assistant|language model|llm|agent)\b",
        r"\b(?:ai|models?|assistants?|llm|agents?) (?:that |which |who )?(?:reading|reads?|processing) this\b",
        r"\b(?:a partir de ahora|desde ahora),? (?:eres|actua|actuas|debes)\b",
        r"\b(?:tu nueva (?:tarea|funcion|orden)|mensaje del sistema|eres ahora)\b",
        r"(?:^|[.!?|(›:;] ?)(?:sistema|asistente|usuario) ?:",
    ),
    "posing": (
        r"\b(?:verifier|commander|aegis|trading desk|risk desk|desk)\b.{0,12}"
        r"\b(?:must|shall|is (?:ordered|instructed|told)|has (?:already )?(?:approved|cleared|waived)|please)\b",
        r"\b(?:note|message|memo|order|instruction|notice)s? (?:to|for|from) the "
        r"(?:verifier|commander|desk|risk manager|risk desk|model)\b",
        r"\b(?:verifier|commander|aegis)\b ?:",
        r"\b(?:el verificador|el comandante|la mesa|verificador|comandante)\b.{0,12}"
        r"\b(?:debe|deben|apruebe|aprueba|aprobar|ya (?:aprobo|autorizo))\b",
        r"\b(?:verificador|comandante) ?:",
    ),
    "fields": (
        r"\bsize.?factor\b",
        r"\bruling\W{1,6}(?:approve|veto)",
        r"\bdirections\W{1,8}(?:long|short)",
        r"\baction\W{1,6}(?:open|add|close|reduce)\b",
        r"\bconfidence\W{1,6}(?:100|9\d)\b",
        r"\b(?:min.confidence|entry.pct|max.positions|invalidation)\b",
    ),
    "tools": (
        r"\b(?:place|submit|cancel|send|create)_(?:order|orders|all|trade)s?\b",
        r"\b(?:transfer_funds|withdraw_funds|get_positions|get_account|close_all|set_limits?|flatten_all)\b",
        r"\b(?:call|invoke|use|run|execute|trigger|llama a?|ejecuta|usa) (?:the |la |el )?.{0,24}"
        r"\b(?:tool|function|endpoint|webhook|shell|herramienta|funcion)\b",
        r"\b(?:curl|wget) |\brm -rf\b|\bos\.system\b|\bdrop table\b",
    ),
    "leak": (
        r"\b(?:reveal|print|show|send|leak|disclose|repeat|output|post|e?mail|share|tell|include|write|attach|append)"
        rf"\b.{{0,24}}\b{_YOURS} .{{0,16}}\b{_SECRETS}",
        r"\b(?:account (?:id|number)|api.?key|system prompt)\b.{0,16}\b(?:in|into|to) (?:your|the) "
        r"(?:reply|answer|reasons|rationale)",
        r"\b(?:revela|muestra|envia|imprime|escribe|incluye|publica)\b.{0,24}"
        r"\b(?:tu|su|la|el) (?:numero de )?(?:cuenta|clave|contrasena|prompt|instrucciones)\b",
    ),
    "frame": (
        r"‹/?\|? ?(?:im_start|im_end|endoftext|eot_id|start_header|end_header|begin_of_text|sys)",
        r"‹/? ?(?:system|assistant|user|briefing|instructions?|admin|prompt|verifier|tool_call|function|text|words)\b",
        r"\(/?inst\)",
        r"\(\((?:schema|briefing)\)\)",
    ),
    "secrecy": (
        r"\bdo not (?:log|record|mention|report|tell|show)\b.{0,16}\b(?:this|it|anyone|them|the)\b",
        r"\bno (?:need|necesitas?|hace falta) (?:to |que )?(?:verif|check|ask|confirm)",
        r"\bwithout (?:asking|verification|the verifier|checking|further checks)\b",
        r"\bpre.?(?:authori[sz]ed|approved) (?:by|for) the desk\b",
        r"\b(?:sin verificar|sin preguntar|no lo registres|no digas nada)\b",
    ),
    "reply": (
        r"\b(?:reply|respond|answer)\b.{0,24}\b(?:approved?|yes|long|json)\b",
        r"\b(?:you (?:must|shall|will|have to)|please|simply|just) (?:approve|allow|authori[sz]e|clear)"
        r" (?:it|this|the|a|any|long|both)\b",
        r"\b(?:responde|contesta|devuelve) (?:solo|unicamente|con)\b.{0,16}\b(?:approve|aprobad[oa]|si|long|json)\b",
        r"\b(?:debes|tienes que) (?:aprobar|autorizar|permitir)\b",
    ),
    "trade": (
        r"\b(?:buy|sell|short|compr[ae]|vend[ae]) (?:\w+ )?(?:now|everything|immediately|at once|ya|ahora|todo)\b",
        r"\b(?:go|open|enter|take) (?:a |the )?(?:maximum |max |full |big )?(?:long|short)\b",
        r"\b(?:all in|double (?:down|the position|the size))\b",
        r"\b(?:max|maximum|full|maxim[oa]|twice the) (?:size|position|tamano)\b",
        r"\b(?:flatten|liquidate|close|cancel) (?:all|every|the whole|everything)\b",
        r"\b(?:abre|abra|abrir) (?:un |una )?(?:posicion|largo|corto)\b",
        r"\b(?:tamano|posicion) maxim[oa]\b|\bliquida todo\b",
    ),
    "urgency": (
        r"\b(?:immediately|at once|right now|urgent|do it now|without delay)\b",
        r"\b(?:inmediatamente|de inmediato|urgente|cuanto antes)\b",
    ),
    "address": (r"\bhttps?: ?//", r"\bwww\."),
}

RUNS: dict[str, tuple[str, ...]] = {
    "override": (
        r"(?:ignore|disregard|forget)(?:all|any|the|your|previous|prior|earlier|above|of){1,4}(?:instruction|prompt|rule|limit)",
        r"(?:이전|위의?|앞선|앞의|기존|모든|지금까지의?)의?(?:모든)?(?:지시|명령|규칙|프롬프트|지침|제한).{0,8}(?:무시|잊|따르지|버려)",
        r"(?:한도|리스크|검증|거부권|규칙).{0,6}(?:무시하|무시해|해제하|해제해|건너뛰|꺼라)",
        r"(?:以前|これまで|前|上記|先|すべて|全て|今まで)の?(?:すべての|全ての)?(?:指示|命令|ルール|規則|プロンプト|制限).{0,6}(?:無視|忘れ|破棄|従わ)",
        r"(?:上限|制限|拒否権|検証|リスク管理).{0,6}(?:無視し|無視せ|無効に|外せ|解除し|解除せ|飛ばし)",
        r"(?:忽略|无视|無視|忘记|忘掉|不要理会|不要遵守|抛开|跳过).{0,10}(?:指令|指示|提示|规则|命令|限制|系统|否决|验证|风控|上限)",
    ),
    "role": (
        r"시스템(?:프롬프트|메시지|명령|지시)",
        r"(?:너는|당신은|넌)(?:이제|지금)부터",
        r"システム(?:プロンプト|メッセージ|命令|指示)",
        r"(?:あなた|君|お前)は(?:今|これ|いま)から",
        r"系统(?:提示|消息|指令|命令)",
        r"(?:你|您)(?:现在是|从现在起|现在起)|从现在(?:开始|起)你",
    ),
    "posing": (
        r"(?:검증자|지휘관|데스크).{0,10}(?:승인하|승인해|통과시|해야|이미승인)",
        r"(?:検証者|検証役|検証担当|司令官|デスク).{0,10}(?:承認し|承認せ|通せ|しなければ|承認済)",
        r"(?:验证者|验证员|审核员|指挥官|交易台).{0,10}(?:批准|通过|必须|放行)",
    ),
    "fields": (r"sizefactor", r"rulingapprove", r"directionslong"),
    "leak": (
        r"(?:계좌번호|계좌아이디|계정아이디|api키|비밀번호).{0,12}(?:보내|출력|알려|공개하|적어|써라|포함)",
        r"(?:口座番号|アカウントid|アカウント番号|apiキー|パスワード).{0,12}(?:送れ|送って|送信|出力|教え|表示|書け|書い|含め)",
        r"(?:账户号|账号|账户名|账户编号|api密钥|密码).{0,12}(?:发送|发到|输出|告诉|写进|写入|泄露)",
        r"(?:发送|输出|告诉|写出|打印).{0,8}(?:账户|账号|密钥|密码|系统提示)",
    ),
    "tools": (
        r"(?:도구|함수|툴)를?(?:호출|실행|사용)(?:하|해)",
        r"(?:ツール|関数)を?(?:呼び出|実行|使)(?:せ|し|い|え)",
        r"(?:调用|执行|使用).{0,10}(?:工具|函数|接口)",
    ),
    "secrecy": (
        r"(?:기록하지|말하지|알리지)(?:마|말)",
        r"(?:記録|報告|口外)(?:するな|しないで|せず)",
        r"(?:不要|别|请勿)(?:记录|报告|告诉|提及)",
        r"(?:확인|검증)(?:없이|할필요없)|(?:確認|検証)(?:なしで|不要)|(?:无需|不用|不必)(?:验证|确认|核实)",
    ),
    "reply": (
        r"승인(?:하라|해라|하세요|하십시오|이라고|으로(?:만)?(?:답|응답))",
        r"承認(?:せよ|しろ|してください|と(?:だけ|のみ)?(?:答え|返答|回答))",
        r"(?:请|必须|立即|直接|只)(?:批准|放行)|(?:回复|回答|输出)只?(?:批准|approve|同意)",
    ),
    "trade": (
        r"(?:매수|매도)(?:하라|해라|하세요|하십시오)|전량(?:매수|매도|청산)|최대(?:수량|비중|크기)|(?:롱|숏)포지션을?(?:열|잡)",
        r"(?:買え|売れ|買ってください|売却せよ|購入せよ|買い建て(?:ろ|よ)|ロングしろ)|全力(?:買い|で買)|最大(?:サイズ|数量|枚数)",
        r"(?:立即|马上|现在就?)(?:买入|卖出|做多|做空)|全仓|满仓|梭哈|最大(?:仓位|数量|手数)|清仓|平掉所有",
    ),
    "urgency": (r"(?:즉시|당장|지금바로)|(?:直ちに|今すぐ|至急)|(?:立即|马上|立刻)",),
}
