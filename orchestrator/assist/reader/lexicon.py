"""The words of tickets, by what they mean. Lower case, without accents; several words joined by _; * is any ending.

A word stands under one meaning only. Everything here is also what a name is not.
"""

from __future__ import annotations

from orchestrator.assist.reader.words import word_set

FORMS: dict[str, str] = {
    # objects
    "SECRET": """
        mot_de_passe mots_de_passe mot_de_passes mots_de_passes mot_passe mot_de_pass mot_passes mot_de_pas
        motdepasse mdp mdps mp pwd password passwords passe_windows code_windows code_session code_de_session
        code_de_connexion contrasena codes_windows code_d_ouverture code_pour_ouvrir mon_code_pour mot_2_passe
    """,
    "ACCOUNT": """
        codes codes_de_connexion codes_informatiques compte comptes conpte compt session sessions cession
        account accounts acces acce profil identifiant identifiants login logins utilisateur_windows
        code_d_acces codes_d_acces codes_acces compte_utilisateur cuenta compte_informatique
    """,
    "AD": """
        windows ordinateur ordi ordis pc active_directory ad reseau domaine informatique bureau_windows
        poste_informatique habituel utilisateur nominatif professionnel actuel
    """,
    "CELUI": "celui ceux celle celles",
    "OTHER": """
        netsoins net_soins titan osiris easysoins easy_soins teranga hopital_manager orbis dmp mssante ameli
        chorus octime silae adp cegid sage ciel ebp kelio bluekango ageval viatrajectoire trajectoire doctolib
        whatsapp facebook zoom banque bancaire gmail yahoo hotmail orange_fr laposte perso compte_personnel
        boite_personnelle mail_personnel adresse_personnelle boite_privee application appli applis applications
        logiciel logiciels site_internet site_web portail plateforme vpn citrix canva linkedin amazon impots
        caf urssaf cpam dossier_patient logiciel_de_soins logiciel_de_paie planning_en_ligne extranet intranet
        netflix moodle e-learning elearning camieg carte_cps cps ehr dpi pix mailiz zimbra moodle
    """,
    "MAILBOX": """
        messagerie outlook office 365 office_365 teams boite_mail boite_aux_lettres boite_email boite_e-mail
        mail_pro mon_mail mail_professionnel boites_mail
    """,
    "THING": """
        telephone telephones portable smartphone tablette iphone imprimante imprimantes copieur serveur fichier
        fichiers excel pdf word nas   formation medicament planning plannings bulletin bulletins
          wifi wi_fi alarme digicode coffre camera cameras badge badgeuse pin puk
        code_pin code_puk
    """,
    # verbs that ask
    "RESET": "reinitialis* reinit renouvel* regener* reset resetting reparametr* remise_a_zero raz resetear",
    "UNLOCK": "debloqu* deblocage deverrouill* deverouill* unlock* desbloquear",
    "CREATE": "creer creez cree creation creations crees creee creent create",
    "OPEN": "ouvrir  ouvrez ouverture",
    "DISABLE": """
        desactiv* suppr* suprim* fermer fermez ferme fermeture cloturer cloturez cloture suspendre suspendez
        suspension revoquer revoquez archiver archivez disable couper coupez enlever enlevez retirer retirez
        clore
    """,
    "ENABLE": """
        rouvrir rouvrez reouvrir reouvrez reouverture rouvert en_service en_route en_marche reactiv* activer
        activez activation active retablir retablissez rehabiliter remettre_actif remettre_active remis_actif
    """,
    "MOVE": """
        mute mutee mutation transfere transferer transferez transferee transfert change_de_service
        change_de_site change_d_etablissement changement_de_service changement_de_site
        changement_d_etablissement affecte affectee passe_du passe_de_l passera_du basculer passe_au passera_au
        deplac*
    """,
    "GIVE": """
        donner donnez redonner redonnez renvoyer renvoyez envoyer envoyez fournir fournissez communiquer
        transmettre attribuer refaire refaites recuperer recreer generer remettre give send obtenir
    """,
    "CHANGE": "changer changez change modifier modifiez modification changement chang*",
    "NEED": """
        besoin faut faudrait prevoir necessaire_d_avoir aura_besoin disposer faudra peut_on_avoir
        pourrait_on_avoir pouvons_nous_avoir possible_d_avoir peut_il_avoir peut_elle_avoir peut_on_prevoir
        faudrait
    """,
    # states
    "FORGOT": """
        oubli* perdu perdus egare souviens_plus souvient_plus rappelle_plus sais_plus sait_plus retrouve_plus
        retrouve_pas connais_plus forgot forgotten lost souviens_pas souvient_pas rappelle_pas olvide olvidado
        ne_connait_plus trou_de_memoire
    """,
    "LOCKED": "bloqu* blocage verrouill* verouill* verrouillage lock locked coince coincee bloked bloker bloke",
    "EXPIRED": "expir* perime perimee echu caduc",
    "REFUSED": """
        pas_bon plus_bon pas_le_bon pas_correct pas_reconnu pas_valide pas_accepte incorrect incorrecte refuse
        refusee refuses invalide errone erronee marche_plus marche_pas marchent_plus marchent_pas
        fonctionnent_plus fonctionne_plus fonctionne_pas passe_plus rejete accepte_plus faux bon_mot_de_passe
        marche_tjrs_pas plus_reconnu non_reconnu plus_accepte plus_valide plus_valable veut_plus veut_pas
        prend_plus prend_pas comme_mauvais comme_incorrect est_mauvais
    """,
    "CANT": """
        arrive_plus arrive_pas arrivons_plus arrivons_pas peux_plus peux_pas peu_plus peu_pas pouvons_plus
        pouvons_pas peut_plus peut_pas impossible impossibilite parviens_plus parviens_pas parvient_pas
        parvient_plus reussi_pas reussis_pas reussis_plus cannot cant can_t unable arrivent_plus arrivent_pas
        narrive_plus narrive_pas arive_plus arive_pas narive_plus arrive_tjrs_pas arrive_toujours_pas
        n_arrive_a_pas no_puedo plus_moyen pas_moyen
    """,
    "LOGIN": """
        connecter connecte connecté connexion loguer logger loger log_in sign_in entrer acceder rentrer
        identifier authentifier
    """,
    "ARRIVE": """
        vient_travailler viendra_travailler embauchons embauche_de recrutons recrute engage engageons
        accueillerons nous_rejoint nous_rejoindra integrera arrivera_le present presente_a_partir
        prend_ses_fonctions prise_de_fonction prise_de_fonctions arrive arrivee arrivera arrivent arrivant
        arrivante arrivees commence commencera debute debutera prend_son_poste prendra_son_poste prise_de_poste
        embauche embauchee embauches recrutee recrutement rejoint rejoindra integre nouvel_arrivant entree
        accueillons accueillir accueille interviendra viendra prendra_ses_fonctions vient_en sera_presente
        sera_present arriver
    """,
    "LEAVE": """
        quitte quittera quitter quittent depart departs parti partie partis part_en_retraite part_a_la_retraite
        demissionn* demission demissione fin_de_contrat licencie licenciee licenciement retraite
        fait_plus_partie font_plus_partie travaille_plus sortie_des_effectifs partira partiront partant part_le
        part_en part_au part_demain part_fin nous_quitte nous_quittera deces decede decedee sortie sorties
    """,
    "RETURN": "revient reviendra reprend reprendra reprends retour reprise",
    "REPLACE": "remplace remplacera remplacer remplacement  ",
    "RECALL": "rappeler souvenir retrouver",
    # how it is said
    "ASK": """
        pouvez pourriez pouvez_vous pourriez_vous pourrais peux_tu pourrait pouvons merci_de merci_d veuillez
        svp stp s_il_vous_plait souhaite souhaiterais souhaitons souhaiterions voudrais voudrions aimerais
        aimerions demande demandes demander please can_you could_you vous_prie vous_remercie_de est_il_possible
        serait_il_possible possible puis_je vs_pouvez pouver pouvais prie por_favor necessaire voir_piece
        voir_photo ci_joint voir_pj voir_ci_joint pj
    """,
    "HOWTO": """
        comment combien ou_est ou_puis_je dois_je doit_on faut_il peut_on procedure tutoriel tuto mode_d_emploi
        how est_ce_vous c_est_vous est_ce_que_c_est_vous tous_les_combien marche_a_suivre pourquoi quelle
        quelles quels quel qui_peut a_quoi faudra_t_il faudrait_il
    """,
    "IF": "si quand lorsque lorsqu en_cas en_cas_de si_jamais",
    "SUITE": "suite_a suite_au suite_a_la depuis apres suite",
    "NOT": "pas aucun inutile sans jamais not plus_besoin no",
    "AUX": """
        ai as avoir a ont avez avons est sont ete etait etre fut avait es sera serait deja was been has
        vient_d_etre
    """,
    "DONE": """
        tout_fonctionne c_est_bon c_est_ok ca_marche_bien ca_remarche j_ai_retrouve c_est_resolu est_resolu
        probleme_resolu plus_besoin ne_pas_tenir_compte annuler annulez refonctionne remarche tout_est_ok
        deja_fait j_ai_reussi est_debloque est_debloquee
    """,
    "MAIL_SEEN": """
        recu_un_mail recu_un_email recu_un_sms recu_un_message mail_suspect mail_frauduleux mail_bizarre
        recu_ce_mail phishing hameconnage
    """,
    # people and possession
    "I": "je j moi me m i jai",
    "MY": "mon ma mes my mi",
    "POSS3": "son sa ses leur leurs lui elle ils elles his her their",
    "OUR": "notre nos our",
    "EXCEPT": "sauf excepte hormis a_part autre_que autres_que a_l_exception",
    "WHOSE": "dont",
    "TIME": "mi_temps temps_plein temps_partiel plein_temps",
    "YOUR": "votre vos your vs_compte",
    "OF": "de d du des of",
    "FOR": "pour a au aux for to",
    "AND": "et ainsi_que et_de et_d and puis",
    "ART": "la le l les un une the cet cette ce",
    "SAME": """
        memes_droits memes_acces memes_groupes meme_profil memes_habilitations droits_identiques
        acces_identiques profil_identique sur_le_modele droits_similaires copier_les_droits copier_les_acces
        meme_acces meme_droit droits_que acces_que profil_que calque calquer
    """,
    "JOB": """
        ide ides ash as aide_soignante aide_soignant aides_soignantes aide_soignants infirmiere infirmier
        infirmieres infirmiers idec cuisinier cuisiniere chef_de_cuisine commis directrice directeur
        directrice_adjointe directeur_adjoint psychologue medecin medecin_coordonnateur medco kine
        kinesitherapeute secretaire secretaire_medicale stagiaire stagiaires comptable animatrice animateur
        agent_d_accueil agent_de_maintenance agent_technique agent_hotelier agent_de_service hotesse_d_accueil
        cadre_de_sante cadre ergotherapeute psychomotricienne psychomotricien lingere veilleur veilleuse
        ouvrier aes amp responsable_technique assistante_sociale assistant_social assistante assistant
        dieteticienne dieteticien orthophoniste pharmacien preparatrice gouvernante responsable_hotelier
        responsable_hebergement responsable_rh apprenti apprentie alternant alternante interimaire vacataire
        agent_administratif agent_administrative coiffeuse aide_cuisinier aide_cuisine gestionnaire_paie
        charge_de_mission interimaires remplacante remplacants remplacantes remplacant
    """,
    "STAFF": """
        collegue collegues salarie salariee salaries salariees employe employee employes collaborateur
        collaboratrice personne agent agents soignante soignant personnes titulaire equipe cdi cdd residente
        resident user users coworker colleague
    """,
    "PLACE": """
        infirmerie accueil secretariat cuisine poste poste_de_soins salle bureau etage unite lingerie
        direction pharmacie_interne technique service etablissement residence ehpad clinique site maison foyer
        pole siege hopital rue association
    """,
    "DEVICE": """
        ecran ecrans souris clavier scanner scan internet mail mails email emails adresse_mail adresse_e-mail
        e-mail e-mails dossier dossiers partage imprimer impression impressions son_du_pc camera_visio visio
        videoprojecteur onduleur switch borne prise cable fax toner cartouche virus antivirus mise_a_jour
        sauvegarde navigateur chrome firefox edge teamviewer raccourci licence lecteur usb webcam casque
    """,
    "TROUBLE": """
        casse cassee casses abime abimee gresille grille grillee tombe tombee defectueux defectueuse cassees
        coupure incident dysfonctionne dysfonctionnement panne en_panne hs lent lente lenteur probleme
        problemes pb souci soucis erreur bug bourrage imprime_plus s_allume_plus allume_plus coupe rame plante
        page_bleue ecran_noir noir
    """,
    "SPAM": """
        cliquez_ici desabonn* newsletter offre_exceptionnelle profitez promo promotion catalogue felicitations
        gagne bitcoin cher_utilisateur chere_cliente cher_client unsubscribe click_here offre_speciale
        remise_exceptionnelle demonstration_gratuite devis_gratuit webinaire livre_blanc crypto
    """,
    "AWAY": "absence_du_bureau reponse_automatique automatic_reply out_of_office message_automatique",
    "ABSENT": """
        je_suis_absente je_suis_absent actuellement_absent actuellement_absente actuellement_en_conges
        absente_du absent_du a_mon_retour
    """,
    "HOUSE": """
        fuite fuite_d_eau plombier plomberie robinet chasse_d_eau wc toilettes douche ascenseur chauffage
        radiateur chaudiere ampoule neon volet volets serrure cle cles porte portes lit lit_medicalise matelas
        fauteuil repas menu regime porc cuisson livraison linge lave_linge lave_vaisselle poubelles jardin
        peinture nettoyage menage odeur cafard cafards souris_morte clim climatisation moisissure ambulance
        chambre evier canalisation frigo refrigerateur four vaisselle facture factures candidature cv conges
        conge arret_maladie arret_de_travail fiche_de_paie fiches_de_paie salaire rib television tele
        telecommande reparateur ascensoriste commande couches protections formation_incendie minibus vehicule
        pneus reunion menus fetes voeux
    """,
    "THANKS": "merci merci_beaucoup remercie bravo parfait super thanks",
    "GREETING": """
        bonjour bonsoir salut hello bjr slt cher chere coucou madame_monsieur hi dear bsr au_telephone
        par_telephone par_tel
    """,
}

# Not keywords, and never names or misspelt keywords either.
PLAIN_WORDS = word_set(
    """
    actuel actuelle administratif administration administrative adresse affiche afin aile ainsi allume alors
    alzheimer ancien ancienne android animation aout apparemment apple apres arret astreinte attend attends
    attente aucune aujourd aussi autre autres avais avance avant avec avoir avril ayant batiment bcp beaucoup
    besoin bien bientot bienvenue blanc bleue bon bonne bref ca capture car cas cdd ceci cela celle ces cette
    chambre change changee chaque chez ci ci-dessous ci-dessus ci-joint clic client clique cliquer code codes
    collectif complet comptabilite compter concernant conge conges contact contacter contrat contre cordialement
    correct correspondance couleur court dans debloquage debut decembre definitif definitivement delai demain
    demande depuis dernier derniere des desormais dessus deux deuxieme devenu devient devine devoir devrait
    dimanche dire dit doit doivent donc dont dorenavant droit droite droits du durant e-mail ecrire ecrit
    effectif effectifs egalement elle encore enfin ensuite entre envoi erreur essais et etage etaient etant
    eteindre eteint eu eux exemple existe facon faire fait famille familles ferme fevrier fin finalement fois
    fonction font forme formulaire garde gauche general generale gens glpi google grace grand grande gros
    hebdomadaire helas helpdesk heure heures hier horaires hotelier hoteliere hotline hui humaines ici il ils
    immediatement impossible informatiques initial interim invite janvier jeudi joint jointe jointes jour
    journee jours juillet juin jusqu jusque la laisser le les lien liens ligne lilas linux lol lorsque lui lundi
    mac madame mai maintenance maintenant maladie malgre marche mardi mars maternite matin mci medical medicale
    meme memes merci mercii mercredi merde mes mesdames message messages messieurs met mets mettre mi microsoft
    mieux mise mission moi moins mois moment monde monsieur mutuelle n ne ni niveau noir nom non normalement nos
    note noter nous nouveau nouveaux nouvel nouvelle nouvelles novembre nuit numero objet octobre on ou oui page
    paie papier par parait parce pardon parental parmi part partir pendant periode perso personnel petit peu
    peut pfff photo piece pieces plus plusieurs possible post poste pourtant pouvoir premier premiere prenom
    presse prevenir prevu principal principale pris prise prochain prochaine propose protegee provisoire puis
    qualite quand que quelqu quelque qui quoi quoique quotidien quotidiennement rapidement rappel rdc redemarre
    redemarrer reference regarder remercie remplacement remplie remplir rendre renfort rentre resident residente
    residents ressources retabli retard retenir retour rh rien sa sachant saisi saisie saisir sait samedi sans
    sante sauf savoir se second selon semaine semble septembre sera serait sert ses seul si sinon soin soins
    soir soiree soit sommes son sont soudainement sous souvent stage subitement suis suite suivant sujet super
    support sur svp ta tant tape tapes technique tel temporaire temps tes test tests texte ticket tickets toi
    tot toujours tous tout toute toutefois toutes travail travailler tres trois trop trouver urgence urgent
    urgente usagers utilisateur utilisatrice utilise utiliser va vacance vacances valable valider vendredi vers
    veut via vient ville visiblement vite voici voila voir vois volontairement vos votre vous vrai widip y zut
    """
)

TYPO_TARGETS = word_set(
    """
    bloque bloquee compte comptes connecter connexion creation deblocage debloque debloquer demissionne
    desactivation desactive desactiver deverrouille deverrouiller identifiant imprimante messagerie netsoins
    ordinateur oublie oubliee oublier password reactive reactiver reinitialisation reinitialise reinitialiser
    session suppression supprime supprimer utilisateur verrouille windows
    """
)

INSTITUTIONS = word_set(
    """
    ehpad residence clinique site service unite maison foyer pole hopital rue association etablissement avenue
    impasse villa chateau domaine secteur societe entreprise cabinet laboratoire groupe les des aux centre espace
    salle poste bureau logiciel
    """
)
PRIVILEGED = word_set(
    """
    administrateur administrateurs administratrice administrator administrators admin admins root krbtgt
    superadmin sysadmin superviseur superutilisateur superuser widip backup sauvegarde sysadm domainadmin domadmin
    """
)
